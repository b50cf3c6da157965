object template 035-index-on-dict-value;
'/d' = dict();
'/x' = value('/d/0', 'dflt');
