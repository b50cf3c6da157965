object template 071-for-value;
'/x' = { for (i = 0; i < 3; i = i + 1) i * 10 };
