object template 053-local-named-as-global-computed;
variable foo = 1;
'/x' = { foo = 2; length(OBJECT); };
