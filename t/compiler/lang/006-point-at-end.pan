object template 006-point-at-end;
'/x' = 5.;
