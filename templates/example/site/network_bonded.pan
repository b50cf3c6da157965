@{ desc = /system/network of a node whose first two cards are one interface, for bandwidth and \
 against a broken cable }
unique template site/network_bonded;

prefix '/system/network';
'interfaces' = {
    node = node_entry();
    foreach (i; name; list('eth0', 'eth1')) {
        SELF[name] = dict('bootproto', 'none', 'master', 'bond0', 'mtu', 9000);
    };
    bond = interface_params(node['ip']);
    bond['type'] = 'Bond';
    bond['mtu'] = 9000;
    bond['bonding_opts'] = dict('mode', 4, 'miimon', 100, 'lacp_rate', 1, 'xmit_hash_policy', 'layer3+4');
    SELF['bond0'] = bond;
    SELF;
};
'hostname' = hostname_from_object();
'domainname' = domain_from_object(SITE_DOMAIN);
'realhostname' = full_hostname_from_object(SITE_DOMAIN);
'nameserver' = SITE_NAMESERVERS;
'search' = list(SITE_DOMAIN);
'ipv6/enabled' = false;
'default_gateway' = value('/system/network/interfaces/bond0/gateway');
