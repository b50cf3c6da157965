object template 024-modulus-by-zero;
'/x' = 5 % 0;
