object template 037-prefix;
prefix '/a';
'x' = 1;
prefix '';
prefix 'b';
'y' = 2;
