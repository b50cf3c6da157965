object template 036-below-a-property;
'/a' = 1;
'/x' = exists('/a/b/c');
'/y' = value('/a/b', 'dflt');
