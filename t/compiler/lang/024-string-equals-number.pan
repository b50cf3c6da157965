object template 024-string-equals-number;
'/x' = 'a' == 1;
