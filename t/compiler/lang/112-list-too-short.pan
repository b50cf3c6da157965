object template 112-list-too-short;
type t = long(1..10)[2..3];
bind '/x' = t;
'/x' = list(1);
