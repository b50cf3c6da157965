object template 054-deprecated-constant;
'/x' = deprecated(0, 'old');
