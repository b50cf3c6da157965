object template 106-substr;
'/end' = substr('abc', 3);
'/none' = substr('abc', 1, -2);
'/last' = substr('abc', -2);
