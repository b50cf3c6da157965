object template 005-infinity;
'/x' = 1e400;
