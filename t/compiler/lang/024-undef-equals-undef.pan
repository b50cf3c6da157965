object template 024-undef-equals-undef;
'/x' = undef == undef;
