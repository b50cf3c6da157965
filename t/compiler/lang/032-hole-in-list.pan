object template 032-hole-in-list;
'/l' = list(1,2);
'/l/5' = 3;
