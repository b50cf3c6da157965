object template 051-final-undef-computed;
function f = 2;
final '/a' = undef;
'/a' = f();
