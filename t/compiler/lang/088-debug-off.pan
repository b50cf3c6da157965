object template 088-debug-off;
'/x' = debug('a');
