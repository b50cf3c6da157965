object template 023-equal-numbers;
'/x' = 5 == 5.0;
'/y' = index(1, list(1.0, 1));
