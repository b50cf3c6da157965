object template 090-matches;
'/groups' = matches('abc', '(x)?(b)(z)?');
'/none' = matches('abc', '(x)');
