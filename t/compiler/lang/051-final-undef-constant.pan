object template 051-final-undef-constant;
final '/a' = undef;
'/a' = 3;
