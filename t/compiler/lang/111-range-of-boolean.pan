object template 111-range-of-boolean;
bind '/x' = boolean(1);
'/x' = true;
