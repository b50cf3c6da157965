object template null-in-list;

'/servers' = list('ns1', null, 'ns2');
