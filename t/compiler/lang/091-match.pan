object template 091-match;
'/one' = match("a\nb", '^b$');
'/lines' = match("a\nb", '^b$', 'm');
'/inside' = match('abc', 'b');
