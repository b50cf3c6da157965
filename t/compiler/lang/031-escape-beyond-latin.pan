object template 031-escape-beyond-latin;
'/x/{日}' = 1;
