object template 021-empty-block;
'/x' = {};
