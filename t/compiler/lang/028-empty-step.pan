object template 028-empty-step;
'/a//b' = 1;
