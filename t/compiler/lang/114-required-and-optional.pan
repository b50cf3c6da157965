object template 114-required-and-optional;
type r = {'a' : long 'a' ? string};
bind '/x' = r;
'/x/a' = 1;
