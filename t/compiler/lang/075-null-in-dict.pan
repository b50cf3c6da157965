object template 075-null-in-dict;
'/x' = dict('a', null, 'b', 1);
