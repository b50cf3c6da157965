object template 095-to-boolean;
'/no' = to_boolean('no');
'/false' = to_boolean('FALSE');
'/empty' = to_boolean('');
'/numbers' = list(to_boolean(0), to_boolean(-1), to_boolean(0.0), to_boolean(0.1));
