object template 018-minus-minus;
'/x' = 2 - -1;
