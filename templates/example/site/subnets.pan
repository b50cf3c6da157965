@{ desc = The networks of the site }
declaration template site/subnets;

final variable SUBNETS = list(
    dict('subnet', '10.1.0.0', 'netmask', subnet_prefix_to_mask(16), 'gateway', '10.1.0.1'),
    dict('subnet', '10.2.0.0', 'netmask', subnet_prefix_to_mask(16), 'gateway', '10.2.0.254'),
    dict('subnet', '192.0.2.0', 'netmask', subnet_prefix_to_mask(24), 'gateway', '192.0.2.1'),
);

@{ desc = parameters of an interface with this address }
function interface_params = {
    params = get_subnet_params(SUBNETS, ARGV[0]);
    params['ip'] = ARGV[0];
    params['broadcast'] = broadcast_address(ARGV[0], params['netmask']);
    params;
};
