object template 052-final-variable-maybe;
final variable X = 1;
variable X ?= 2;
'/x' = X;
