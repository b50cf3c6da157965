object template 033-list-shifts;
'/l' = list(1,2,3,4);
'/l/1' = null;
'/l/-1' = 9;
