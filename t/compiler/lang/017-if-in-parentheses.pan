object template 017-if-in-parentheses;
'/x' = 1 + (if (true) 2 else 3);
