object template 066-function-cannot-change-global;
variable G = dict();
function f = { ARGV[0]['a'] = 1; 0 };
'/x' = { f(G); G; };
