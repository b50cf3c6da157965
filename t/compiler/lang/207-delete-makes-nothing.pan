# Where there is nothing to delete, nothing is made on the way there.
object template 207-delete-makes-nothing;
'/local' = { x = list(1); delete(x[3]['a']); x };
'/self' = dict('k', 1);
'/self' = { delete(SELF['a']['b']['c']); SELF };
