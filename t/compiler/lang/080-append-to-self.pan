object template 080-append-to-self;
'/x' = append(3);
variable L = append(2);
'/l' = L;
