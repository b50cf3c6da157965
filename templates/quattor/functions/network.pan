@{ desc = Functions about IPv4 networks and the interfaces of a node }
declaration template quattor/functions/network;

include 'pan/types';

@{ desc = is the address (first argument) in the network of the second, an address, under the third, \
 a netmask? }
function ip_in_network = {
    if (ARGC != 3) error('ip_in_network: needs address, network, netmask');
    foreach (i; part; ARGV) {
        if (!is_ipv4(part)) error('ip_in_network: %s is not an IPv4 address', part);
    };
    ip = ip4_to_long(ARGV[0]);
    network = ip4_to_long(ARGV[1]);
    mask = ip4_to_long(ARGV[2]);
    (ip[0] & mask[0]) == (network[0] & mask[0]);
};

@{ desc = 22 becomes 255.255.252.0 }
function subnet_prefix_to_mask = {
    if (!is_ipv4_prefix_length(ARGV[0]))
        error('subnet_prefix_to_mask: %d is not from 0 to 32', ARGV[0]);
    mask = 0;
    for (bit = 0; bit < 32; bit = bit + 1) mask = mask * 2 + (if (bit < ARGV[0]) 1 else 0);
    long_to_ip4(mask);
};

@{ desc = 255.255.252.0 becomes 22 }
function subnet_mask_to_prefix = {
    if (!is_ipv4_netmask(ARGV[0])) error('subnet_mask_to_prefix: %s is not a netmask', ARGV[0]);
    mask = ip4_to_long(ARGV[0]);
    rest = mask[0];
    bits = 0;
    while (rest > 0) {
        bits = bits + (rest % 2);
        rest = rest / 2;
    };
    bits;
};

@{ desc = the first address of the network an address is in: address, netmask }
function network_address = {
    ip = ip4_to_long(ARGV[0]);
    mask = ip4_to_long(ARGV[1]);
    long_to_ip4(ip[0] & mask[0]);
};

@{ desc = the last address of the network an address is in: address, netmask }
function broadcast_address = {
    ip = ip4_to_long(ARGV[0]);
    mask = ip4_to_long(ARGV[1]);
    long_to_ip4((ip[0] & mask[0]) + (4294967295 - mask[0]));
};

@{ desc = the entry of a list of subnets (dicts with subnet, netmask and whatever else) that holds \
 an address }
function get_subnet_params = {
    foreach (i; params; ARGV[0]) {
        if (ip_in_network(ARGV[1], params['subnet'], params['netmask'])) {
            result = clone(params);
            delete(result['subnet']);
            return(result);
        };
    };
    error('no subnet of this site holds the address %s', ARGV[1]);
};

@{ desc = name of the interface the node boots from, as /hardware/cards/nic says }
function boot_nic = {
    foreach (name; nic; value('/hardware/cards/nic')) {
        if (exists(nic['boot']) && nic['boot']) return(name);
    };
    error('no network card of this node has boot = true');
};

@{ desc = as in '/system/network/interfaces' = copy_network_params(params): the boot interface gets \
 the parameters, every other card is there and stays down }
function copy_network_params = {
    boot = boot_nic();
    foreach (name; nic; value('/hardware/cards/nic')) {
        if (name == boot) {
            SELF[name] = clone(ARGV[0]);
        } else if (!exists(SELF[name])) {
            SELF[name] = dict('onboot', false, 'bootproto', 'none');
        };
    };
    SELF;
};
