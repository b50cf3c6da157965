object template 047-long-to-double;
'/x' = 1;
'/x' = 2.0;
