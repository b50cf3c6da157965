object template 073-order-in-assignment;
'/x' = { i = 0; a[i = i + 1] = i; a[0] = 5; a };
