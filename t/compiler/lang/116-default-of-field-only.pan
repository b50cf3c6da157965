object template 116-default-of-field-only;
bind '/a' = {'x' : long = 3};
