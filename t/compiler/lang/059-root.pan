object template 059-root;
'/' = dict('a', 1);
'/b' = 2;
