object template 030-index-as-key;
'/x' = dict('1', 1);
