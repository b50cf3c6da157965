object template 050-final-skipped;
final '/a' = 1;
'/a' ?= 3;
