object template 087-division;
'/x' = list(-7 / 2, -7 % 3, 7 % -3);
