object template 022-equality-binds-tighter;
'/x' = 5 & 3 == 1;
