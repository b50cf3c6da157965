object template 003-literal-out-of-range;
'/x' = -9223372036854775808;
