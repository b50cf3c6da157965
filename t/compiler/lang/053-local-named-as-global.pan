object template 053-local-named-as-global;
variable foo = 1;
'/x' = { foo = 2; 3; };
