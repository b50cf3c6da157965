object template 025-and-of-long;
'/x' = true && 5;
