object template 015-semicolon-before-else;
'/x' = if (true) 1; else 2;
