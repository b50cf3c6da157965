object template lib/circle;
'/x' = value('126-objects-wait-in-circle:/x');
