object template 101-merge-twice;
'/x' = merge(dict('a',1), dict('a',2));
