object template 030-keys;
'/x' = dict('1a', 1, '{1}', 2);
