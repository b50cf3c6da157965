object template 106-substr-length;
'/x' = substr('abc', 1, 5);
