object template 097-format-undef;
'/x' = format('%s', undef);
