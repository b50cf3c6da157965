object template 019-subscript-of-call;
function f = list(1);
'/x' = f()[0];
