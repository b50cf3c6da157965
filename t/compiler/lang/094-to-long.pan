object template 094-to-long;
'/radix' = to_long('08', 10);
'/octal' = to_long('-010');
'/hex' = list(to_long('0x1F'), to_long('#1f'), to_long('ff', 16));
'/round' = list(to_long(-2.5), to_long(2.5), to_long(1e300));
'/boolean' = to_long(true);
