declaration template assignment-in-declaration;

variable A = 1;
'/x' = A;
