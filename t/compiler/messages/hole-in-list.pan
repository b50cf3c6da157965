object template hole-in-list;

'/servers/0' = 'ns1';
'/servers/2' = 'ns3';
