object template 044-variable-exists-meanwhile;
variable X = exists(X);
'/x' = X;
