object template 016-dangling-else;
'/x' = { if (true) if (false) 1 else 2 };
