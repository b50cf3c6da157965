object template 022-comparison-then-equality;
'/x' = 2 < 3 == true;
