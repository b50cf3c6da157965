object template 001-octal-with-8;
'/x' = 08;
