object template 024-string-minus;
'/x' = 'a' - 1;
