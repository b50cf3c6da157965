object template 089-split;
'/plain' = split(',', ',a,,b,,');
'/all' = split(',', -1, ',a,,b,,');
'/two' = split(',', 2, ',a,,b,,');
'/letters' = split('', 'abc');
'/empty' = split(',', '');
'/none' = split(',', 'abc');
