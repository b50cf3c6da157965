object template 024-lists-equal;
'/x' = list(1) == list(1);
