@{ desc = Types of /system/network: names, interfaces, routes }
declaration template quattor/types/network;

include 'pan/types';
include 'quattor/functions/network';

@{ desc = can this be the name of a network interface? }
function is_interface_name = length(ARGV[0]) <= 15 && match(ARGV[0], '^[A-Za-z0-9][A-Za-z0-9._-]*$');

@{ desc = name of a network interface, as the kernel allows it }
type valid_interface = string with is_interface_name(SELF);

type network_interface_alias = {
    'ip' : type_ipv4
    'netmask' : type_ipv4_netmask
    'broadcast' ? type_ipv4
    'fqdn' ? type_fqdn
};

@{ desc = a routing table of this node, or one of the kernel's }
type valid_routing_table = string with {
    if (!match(SELF, '^(main|default|local)$') && !exists('/system/network/routing_table/' + SELF))
        error('there is no routing table %s', SELF);
    true;
};

type network_route = {
    @{ desc = where to: an address, a network or default }
    'address' : string with SELF == 'default' || is_ip(SELF)
    'netmask' ? type_ipv4_netmask
    'prefix' ? long(0..128)
    'gateway' ? type_ip
    @{ desc = a name of routing_table, or one of the kernel's }
    'table' ? valid_routing_table
    @{ desc = the gateway is on this link whatever the addresses say }
    'onlink' ? boolean
    'type' ? choice('blackhole', 'unreachable', 'prohibit')
} with {
    if (exists(SELF['netmask']) && exists(SELF['prefix']))
        error('a route has either netmask or prefix');
    if (exists(SELF['gateway']) && exists(SELF['type']))
        error('a route of type %s has no gateway', SELF['type']);
    true;
};

@{ desc = which packets look into which routing table }
type network_rule = {
    'from' ? type_network_name
    'to' ? type_network_name
    'not' ? boolean
    'table' : valid_routing_table
    'priority' ? long(0..4294967295)
} with {
    if (!exists(SELF['from']) && !exists(SELF['to'])) error('a rule needs from or to');
    true;
};

@{ desc = options of a bonded interface, as the kernel's bonding driver names them }
type network_bonding_options = {
    'mode' : long(0..6)
    'miimon' ? long(0..)
    'lacp_rate' ? long(0..1)
    'ad_select' ? choice('bandwidth', 'count', 'stable')
    'all_slaves_active' ? long(0..1)
    'arp_interval' ? long(0..)
    'arp_ip_target' ? type_ip[]
    'arp_validate' ? choice('none', 'active', 'backup', 'all')
    'fail_over_mac' ? choice('active', 'follow', 'none')
    'min_links' ? long(0..)
    'num_grat_arp' ? long(0..255)
    'primary_reselect' ? choice('always', 'better', 'failure')
    'resend_igmp' ? long(0..255)
    'primary' ? valid_interface
    'updelay' ? long(0..)
    'downdelay' ? long(0..)
    'xmit_hash_policy' ? choice('layer2', 'layer2+3', 'layer3+4')
} with {
    # Only active-backup and the two balancing modes without switch support know a primary.
    with_primary = SELF['mode'] == 1 || SELF['mode'] == 5 || SELF['mode'] == 6;
    if (exists(SELF['primary']) && !with_primary)
        error('bonding mode %d has no primary', SELF['mode']);
    true;
};

@{ desc = a network of Ethernet frames inside UDP; the number is the end of the interface's name unless vni says it }
type network_vxlan = {
    'vni' ? long(0..16777215)
    'group' ? type_ip
    'remote' ? type_ip
    'local' ? type_ip
    'dstport' ? long(1..65535)
    @{ desc = group policy extension }
    'gbp' ? boolean
} with {
    if (exists(SELF['group']) == exists(SELF['remote'])) error('a vxlan needs group or remote, one of them');
    true;
};

@{ desc = one interface of the node }
type network_interface = {
    'ip' ? type_ipv4
    'netmask' ? type_ipv4_netmask
    'broadcast' ? type_ipv4
    'gateway' ? type_ipv4
    'bootproto' : choice('static', 'dhcp', 'none') = 'static'
    'onboot' : boolean = true
    'type' : choice('Ethernet', 'Bridge', 'Bond', 'Vlan', 'Infiniband', 'IPIP', 'OVSBridge', 'OVSPort', 'OVSIntPort', 'OVSBond',
        'OVSTunnel', 'OVSPatchPort') = 'Ethernet'
    'device' ? valid_interface
    'fqdn' ? type_fqdn
    'mtu' ? long(576..65535)
    'driver' ? string
    'set_hwaddr' ? boolean
    @{ desc = the bonded interface this one belongs to }
    'master' ? valid_interface
    'bonding_opts' ? network_bonding_options
    'bridge' ? valid_interface
    'vlan' ? boolean
    'physdev' ? valid_interface
    'route' ? network_route[]
    'rule' ? network_rule[]
    'aliases' ? network_interface_alias{}
    @{ desc = of a bridge: spanning tree, and seconds until a port forwards }
    'stp' ? boolean
    'delay' ? long(0..)
    'ipv6addr' ? type_network_name
    'ipv6addr_secondaries' ? type_network_name[]
    'ipv6_autoconf' ? boolean
    'ipv6init' ? boolean
    @{ desc = of a tunnel, type IPIP: the address inside, our end and the other one; without it any }
    'my_inner_ipaddr' ? type_ip
    'my_inner_prefix' ? long(0..32)
    'my_outer_ipaddr' ? type_ip
    'peer_outer_ipaddr' ? type_ip
    'plugin' ? {
        'vxlan' ? network_vxlan
    }
    @{ desc = of Open vSwitch: the bridge this is part of; ovs_opts and ovs_tunnel_opts as in ovs-vswitchd.conf.db(5) }
    'ovs_bridge' ? valid_interface
    'ovs_opts' ? string
    'ovs_extra' ? string
    'ovs_patch_peer' ? string
    'ovs_tunnel_type' ? choice('gre', 'vxlan')
    'ovs_tunnel_opts' ? string
    'bond_ifaces' ? valid_interface[1..]
} with {
    switched = match(SELF['type'], '^OVS');
    if (exists(SELF['ip'])) {
        if (!exists(SELF['netmask'])) error('address %s without a netmask', SELF['ip']);
        foreach (i; name; list('gateway', 'broadcast')) {
            if (exists(SELF[name]) && !ip_in_network(SELF[name], SELF['ip'], SELF['netmask']))
                error('%s %s is outside the network of %s/%s', name, SELF[name], SELF['ip'], SELF['netmask']);
        };
    } else if (SELF['bootproto'] == 'static' && SELF['onboot'] && !exists(SELF['master']) && !exists(SELF['bridge']) &&
        SELF['type'] != 'IPIP' && !switched) {
        error('a static interface needs an address');
    };
    if (exists(SELF['bonding_opts']) && SELF['type'] != 'Bond')
        error('bonding options on a %s interface', SELF['type']);
    foreach (name; of; dict('ovs_tunnel_type', 'OVSTunnel', 'ovs_tunnel_opts', 'OVSTunnel', 'ovs_patch_peer', 'OVSPatchPort', 'bond_ifaces', 'OVSBond',
            'my_inner_ipaddr', 'IPIP', 'my_inner_prefix', 'IPIP', 'my_outer_ipaddr', 'IPIP', 'peer_outer_ipaddr', 'IPIP')) {
        if (exists(SELF[name]) && SELF['type'] != of) error('%s on a %s interface', name, SELF['type']);
    };
    if (SELF['type'] == 'IPIP') {
        foreach (i; name; list('my_inner_ipaddr', 'my_inner_prefix', 'my_outer_ipaddr')) {
            if (!exists(SELF[name])) error('a tunnel needs %s', name);
        };
    };
    if (SELF['type'] == 'OVSBridge' && exists(SELF['ovs_bridge'])) error('an OVSBridge is no part of another');
    if (switched && SELF['type'] != 'OVSBridge' && !exists(SELF['ovs_bridge'])) error('an %s needs its ovs_bridge', SELF['type']);
    if (exists(SELF['plugin']['vxlan']) && !exists(SELF['physdev'])) error('a vxlan needs its physdev');
    true;
};

@{ desc = /system/network }
type structure_network = {
    'hostname' : type_shorthostname
    'domainname' : type_fqdn
    'realhostname' ? type_hostname
    'default_gateway' ? type_ipv4
    'gatewaydev' ? valid_interface
    @{ desc = without default_gateway: the first gateway of an interface (true) }
    'guess_default_gateway' ? boolean
    @{ desc = numbers of further routing tables by name }
    'routing_table' ? long(1..252){}
    'interfaces' : network_interface{1..}
    'nameserver' ? type_ip[1..3]
    @{ desc = domains searched for short names }
    'search' ? type_fqdn[1..6]
    'nisdomain' ? string_non_whitespace
    'nozeroconf' ? boolean
    'set_hwaddr' ? boolean
    'ipv6' ? {
        'enabled' ? boolean
        'default_gateway' ? type_ipv6
        'gatewaydev' ? valid_interface
    }
} with network_is_consistent(SELF);

@{ desc = what one interface alone cannot know: names refer to interfaces, addresses are unique, the \
 default gateway is in a network of the node }
function network_is_consistent = {
    interfaces = ARGV[0]['interfaces'];
    seen = dict();
    reachable = false;
    gateway = if (exists(ARGV[0]['default_gateway'])) ARGV[0]['default_gateway'] else '';
    foreach (name; interface; interfaces) {
        if (!is_interface_name(name)) error('%s cannot be the name of an interface', name);
        foreach (i; other; list('master', 'bridge', 'physdev', 'ovs_bridge')) {
            if (exists(interface[other]) && !exists(interfaces[interface[other]]))
                error('interface %s: %s %s is not an interface of this node', name, other, interface[other]);
        };
        if (exists(interface['ip'])) {
            e = escape(interface['ip']);
            if (exists(seen[e]))
                error('interfaces %s and %s have the same address %s', seen[e], name, interface['ip']);
            seen[e] = name;
            if (gateway != '' && ip_in_network(gateway, interface['ip'], interface['netmask'])) reachable = true;
        };
        if (interface['bootproto'] == 'dhcp') reachable = true;
        if (exists(interface['aliases'])) {
            foreach (label; alias; interface['aliases']) {
                e = escape(alias['ip']);
                if (exists(seen[e]))
                    error('interfaces %s and %s have the same address %s', seen[e], name, alias['ip']);
                seen[e] = name + ':' + label;
            };
        };
    };
    if (gateway != '' && !reachable)
        error('default gateway %s is in no network of this node', gateway);
    if (exists(ARGV[0]['gatewaydev']) && !exists(interfaces[ARGV[0]['gatewaydev']]))
        error('gatewaydev %s is not an interface of this node', ARGV[0]['gatewaydev']);
    true;
};
