object template 094-to-long-octal-8;
'/x' = to_long('08');
