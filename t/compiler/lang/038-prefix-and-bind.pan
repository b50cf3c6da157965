object template 038-prefix-and-bind;
prefix '/a';
bind 'x' = long;
