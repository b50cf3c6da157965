object template 212-if-with-a-constant;
'/x' = +(if (true) 'a' else 1);
