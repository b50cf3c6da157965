object template error-in-function;

function f = ARGV[0]['name'];
'/x' = {
    hosts = list(dict('name', 'a'), dict('nam', 'b'));
    map = dict();
    foreach (i; h; hosts) map[f(h)] = i;
    map;
};
