object template 108-is-valid-keeps-self;
type t = long with SELF > 0;
'/x' = { SELF['a'] = is_valid(t, 5); SELF['b'] = is_valid(t, -5); SELF };
