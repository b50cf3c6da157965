# Wrong literals of some functions are found where they stand, also when the other arguments are not known.
object template 144-literal-argument;
function f = escape('日');
function g = dict('a', ARGC, 'b c', 1, ARGV[0], 2);
function h = match(ARGV[0], '(');
function i = digest('MD7', ARGV[0]);
function j = { x['not a key'] = 1; foreach (k['a b']; v; ARGV) 1; first(ARGV, k, v[true]) };
function k = (ARGC > 1 && 5) || exists(ARGV[0]);
function l = join(ARGV[0], 'a');
