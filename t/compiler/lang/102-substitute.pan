object template 102-substitute;
variable A = 'one ${B}';
variable B = 2;
'/escaped' = substitute('$${A}');
'/open' = substitute('${un', dict());
'/again' = substitute('<${A}>');
'/dict' = substitute('${a}-$b', dict('a', 1.5));
