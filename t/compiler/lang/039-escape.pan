object template 039-escape;
'/x' = escape('1+1');
'/y' = unescape('_');
