object template 105-index;
'/second' = index(1, dict('z', 1, 'b', 1), 1);
'/none' = index(2, dict('z', 1));
'/string' = index('b', 'abcb', 2);
'/list' = index('b', list('a', 'b'));
'/double' = index(1, list(1.0, 1));
'/beyond' = index('', 'abc', 9);
