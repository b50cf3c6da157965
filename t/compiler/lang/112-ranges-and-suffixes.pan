object template 112-ranges-and-suffixes;
type t = long(1..10)[2..3];
type s = string(3){2};
bind '/x' = t;
bind '/y' = s;
'/x' = list(1, 10);
'/y' = dict('a', 'abc', 'b', 'def');
