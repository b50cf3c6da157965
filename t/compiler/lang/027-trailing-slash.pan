object template 027-trailing-slash;
'/a/' = 1;
variable V = value('///');
'/b' = V;
