object template 131-xml-empty;
'/h' = dict();
'/l' = list();
'/f' = '';
