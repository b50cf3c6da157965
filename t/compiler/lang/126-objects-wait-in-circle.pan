object template 126-objects-wait-in-circle;
'/x' = value('lib/circle:/x');
