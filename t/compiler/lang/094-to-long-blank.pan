object template 094-to-long-blank;
'/x' = to_long(' 5');
