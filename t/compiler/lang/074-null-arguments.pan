object template 074-null-arguments;
function f = ARGC;
'/x' = list(f(null), f(1, null), f(1, null, 3));
