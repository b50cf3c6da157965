object template 110-range-from-zero;
bind '/x' = long(..5);
'/x' = -1;
