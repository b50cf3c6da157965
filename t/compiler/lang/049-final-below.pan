object template 049-final-below;
final '/a/b' = 1;
'/a' = dict();
