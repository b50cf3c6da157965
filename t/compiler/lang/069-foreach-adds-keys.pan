object template 069-foreach-adds-keys;
'/x' = { d = dict('a', 1, 'b', 2); foreach (k; v; d) { d[k + 'x'] = 1; }; d };
