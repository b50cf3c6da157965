object template 109-key-out-of-range;
'/x' = key(dict('a', 1), 1);
