object template 122-with-no-boolean;
type t = string with 5;
bind '/x' = t;
'/x' = 'a';
