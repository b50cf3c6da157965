object template 021-empty-statement;
'/x' = {1;;};
