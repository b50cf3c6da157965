object template 206-prepend-itself;
'/x' = { z = list(1, 2); prepend(z, clone(z)); prepend(z, z); z };
