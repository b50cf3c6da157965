object template 025-and-not-looked-at;
'/x' = false && 5;
'/y' = false && error('x');
