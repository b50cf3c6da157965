object template 035-index-on-dict;
'/d' = dict();
'/x' = exists('/d/0');
