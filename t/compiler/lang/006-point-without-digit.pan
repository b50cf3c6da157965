object template 006-point-without-digit;
'/x' = .5;
