object template 026-error-in-argument;
'/x' = length(error('a'));
