object template 119-first-default-wins;
bind '/a' = long = 1;
bind '/a' = long = 2;
