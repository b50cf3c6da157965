object template 123-self-read-only;
bind '/x' = dict with { SELF['q'] = 1; true };
'/x' = dict();
