object template below-loadpath;
'/a' = 1;
