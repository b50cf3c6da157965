object template 018-two-signs;
'/x' = --1;
