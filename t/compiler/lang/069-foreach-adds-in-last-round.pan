object template 069-foreach-adds-in-last-round;
'/x' = { d = dict('a', 1); foreach (k; v; d) { d[k + 'x'] = 1; }; d };
