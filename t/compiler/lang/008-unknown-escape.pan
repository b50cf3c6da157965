object template 008-unknown-escape;
'/x' = "a\qb";
