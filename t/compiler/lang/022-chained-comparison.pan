object template 022-chained-comparison;
'/x' = 1 < 2 < 3;
