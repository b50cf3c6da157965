declaration template site/hosts;

variable HOSTS = dict('lxb001', '10.0.0.1');
function host_name = {
    if (!exists(HOSTS[ARGV[0]]))
        error('no host named ' + ARGV[0] + ' in HOSTS');
    HOSTS[ARGV[0]];
};
