object template 106-substr-start;
'/x' = substr('abc', 4);
