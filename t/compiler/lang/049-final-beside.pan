object template 049-final-beside;
final '/a/b' = 1;
'/a/c' = 2;
