object template 045-null-is-a-value;
variable X = null;
variable X ?= 1;
'/a' = 5;
'/a' = X;
