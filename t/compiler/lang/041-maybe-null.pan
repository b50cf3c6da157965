object template 041-maybe-null;
'/a' = 1;
'/a' ?= null;
