object template 122-with-return;
type t = string with { x = 1; return(x == 1); };
bind '/x' = t;
'/x' = 'a';
