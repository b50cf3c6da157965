object template 081-append-to-global;
variable G = list(1);
'/a' = append(G, 2);
