object template 210-constants-in-self;

# A constant in SELF is nobody's own: a variable gets a copy, the place keeps what it had.
'/taken/q' = list(1);
'/taken' = { s = SELF['q']; SELF['x'] = s; SELF['y'] = s; SELF };
'/taken/x/0' = 7;

'/foreach' = dict('x', dict('k', 1));
'/foreach' = { SELF['y'] = dict('k', 1); foreach (n; v; SELF) v['z'] = 5; SELF };
'/first' = dict('x', dict('k', 1));
'/first' = {
    SELF['y'] = dict('k', 1);
    ok = first(SELF, n, v);
    while (ok) {
        v['z'] = 5;
        ok = next(SELF, n, v);
    };
    SELF;
};
'/merged/x' = dict('k', 1);
'/merged' = { m = merge(SELF, dict('y', dict())); m['x']['k'] = 2; SELF };
