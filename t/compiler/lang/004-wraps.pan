object template 004-wraps;
'/x' = 9223372036854775807 + 1;
