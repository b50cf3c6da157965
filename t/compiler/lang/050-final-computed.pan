object template 050-final-computed;
function f = 2;
final '/a' = 1;
'/a' ?= f();
