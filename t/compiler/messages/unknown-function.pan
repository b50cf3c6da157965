object template unknown-function;

function full_name = ARGV[0] + '.example.org';
'/name' = to_lower('LXB001');
'/full' = fullname('lxb001');
