object template 018-two-nots;
'/x' = !!true;
