template site/broken;

'/a' = { x = 1; y = };
'/b' = (1 + 2;
