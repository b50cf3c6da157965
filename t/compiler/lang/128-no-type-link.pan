object template 128-no-type-link;
bind '/x' = link;
