object template 024-plus-string;
'/x' = + 'a';
