object template 048-null-forgets-type;
'/l' = list('a');
'/l/0' = null;
'/l/0' = 5;
