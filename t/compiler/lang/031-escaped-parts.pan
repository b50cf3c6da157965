object template 031-escaped-parts;
'/x/{a/b}c' = 1;
'/x/{}' = 2;
