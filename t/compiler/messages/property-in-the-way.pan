object template property-in-the-way;

'/disk' = 'sda';
'/disk/size' = 500;
