# options: --max-recursion 3
object template 084-within-recursion-limit;
function f = if (ARGV[0] > 1) f(ARGV[0] - 1) else 0;
'/x' = f(3);
