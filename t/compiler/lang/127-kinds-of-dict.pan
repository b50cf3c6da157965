object template 127-kinds-of-dict;
bind '/x' = nlist;
bind '/x' = dict;
bind '/x' = resource;
bind '/x' = element;
'/x' = dict('a', 1);
