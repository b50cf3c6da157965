object template 096-to-string;
'/list' = to_string(list());
'/dict' = to_string(dict());
'/nested' = to_string(dict('a', list(1, 'x')));
'/undef' = to_string(undef);
'/double' = list(to_string(1e10), to_string(0.001), to_string(9.9e-4));
