object template 024-booleans-ordered;
'/x' = true < false;
