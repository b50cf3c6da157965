object template 116-default-of-container;
bind '/a' = {'x' : long = 3} = dict();
