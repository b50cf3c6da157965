object template 100-ip4;
'/address' = ip4_to_long('127.0.0.1');
'/network' = ip4_to_long('10.0.0.0/8');
'/all' = ip4_to_long('10.0.0.0/0');
'/back' = long_to_ip4(2130706433);
