object template 020-commas-in-calls;
function f = ARGC;
'/x' = list(f(,1), f(,), f(1,2,));
