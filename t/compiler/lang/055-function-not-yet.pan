object template 055-function-not-yet;
'/x' = f();
function f = 1;
