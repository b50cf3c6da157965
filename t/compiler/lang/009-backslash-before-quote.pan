object template 009-backslash-before-quote;
'/x' = "a\\" + "b";
