object template 068-foreach-value-itself;
'/x' = { d = dict('p', dict(), 'q', dict()); foreach (k; v; d) { v['m'] = 2; }; d };
