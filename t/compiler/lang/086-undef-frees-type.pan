object template 086-undef-frees-type;
'/x' = { x = 5; x = undef; x = 'a'; x };
