object template 093-join;
'/none' = join(',', list());
'/list' = join(',', list('a', 'b'));
'/words' = join('/', 'a', 'b', 'c');
