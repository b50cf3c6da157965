object template 077-exists-of-variable;
'/x' = { p = '/a'; exists(p) };
