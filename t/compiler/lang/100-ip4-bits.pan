object template 100-ip4-bits;
'/x' = ip4_to_long('10.0.0.0/33');
