object template 067-child-itself;
'/x' = { y['a'] = list(0); z = y['a']; z[1] = 2; y['b'] = z; z[2] = 3; y };
