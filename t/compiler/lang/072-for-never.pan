object template 072-for-never;
'/x' = { for (i = 7; i < 3; i = i + 1) i * 10 };
