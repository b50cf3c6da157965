object template 024-modulus-of-double;
'/x' = 1.5 % 2;
