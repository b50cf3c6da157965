object template 015-if-else;
'/x' = if (true) 1 else 2;
