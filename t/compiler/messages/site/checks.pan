declaration template site/checks;

function same_network = {
    a = split('\.', ARGV[0]);
    b = split('\.', ARGV[1]);
    if (a[1] != b[1])
        error('%s and %s are in different networks', ARGV[0], ARGV[1]);
    true;
};
type network = {
    'address' : string
    'gateway' : string
} with same_network(SELF['address'], SELF['gateway']);
type even = long with SELF % 2 == 0;
