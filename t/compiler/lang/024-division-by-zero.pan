object template 024-division-by-zero;
'/x' = 1 / 0;
