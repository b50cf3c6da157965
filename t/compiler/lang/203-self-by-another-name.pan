object template 203-self-by-another-name;
# Another name for SELF, or for what is in it: a constant is copied when it is changed, what was made piece by piece is not.
'/constant' = dict('a', dict('n', 1), 'b', dict('n', 2));
'/pieces/a/n' = 1;
'/pieces/b/n' = 2;
'/constant' = { x = SELF; x['c'] = dict('n', 3); y = SELF['a']; y['n'] = 4; foreach (k; v; SELF) { v['seen'] = true; }; SELF; };
'/pieces' = { x = SELF; x['c'] = dict('n', 3); y = SELF['a']; y['n'] = 4; foreach (k; v; SELF) { v['seen'] = true; }; SELF; };
'/copied' = value('/pieces');
'/copied' = { x = SELF; x['c'] = dict('n', 5); SELF; };
