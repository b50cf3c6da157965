object template 109-key;
'/x' = key(dict('b', 1, 'a', 2, 'B', 3), 0);
