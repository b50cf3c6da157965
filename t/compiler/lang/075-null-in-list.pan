object template 075-null-in-list;
'/x' = list(1, null);
