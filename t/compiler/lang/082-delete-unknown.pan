object template 082-delete-unknown;
'/x' = { delete(y['a']); exists(y) };
