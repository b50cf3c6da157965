object template 118-optional-default;
type r = {'a' ? long = 3 'b' ? long = 4};
bind '/x' = r;
'/x' = dict();
'/x/b' = undef;
