object template 046-type-changed-through-undef;
variable X = 1;
variable X = undef;
variable X = 'a';
'/x' = X;
