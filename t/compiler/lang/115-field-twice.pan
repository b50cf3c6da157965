object template 115-field-twice;
type r = {'a' : long 'a' : string};
bind '/x' = r;
'/x/a' = 'ok';
