object template 065-function-changes-argument;
function f = { ARGV[0]['a'] = 1; 0 };
'/x' = { d = dict(); f(d); d; };
