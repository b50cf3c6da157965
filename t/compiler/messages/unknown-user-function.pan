object template unknown-user-function;

function full_hostname = ARGV[0] + '.example.org';
'/name' = full_hostnme('lxb001');
