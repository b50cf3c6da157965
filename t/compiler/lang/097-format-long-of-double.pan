object template 097-format-long-of-double;
'/x' = format('%d', 1.5);
