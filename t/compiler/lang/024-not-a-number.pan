object template 024-not-a-number;
'/x' = !5;
