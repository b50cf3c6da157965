object template 120-default-creates-parents;
bind '/a/b' = long = 2;
bind '/l/0' = long = 2;
