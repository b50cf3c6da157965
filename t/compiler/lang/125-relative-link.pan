object template 125-relative-link;
bind '/x' = long*;
'/x' = 'rel/path';
