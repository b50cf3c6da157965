object template 142-delete-before-list;
'/x' = { x = list(1); delete(x[-2]); x };
