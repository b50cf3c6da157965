object template 205-null-before-a-list;
'/gone' = { x = list(1, 2); x[5] = null; x[-1] = null; x };
'/x' = list(1);
'/x' = { SELF[-2] = null; SELF };
