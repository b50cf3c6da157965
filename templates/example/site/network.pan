@{ desc = /system/network of a node with one address; the other cards stay down }
unique template site/network;

prefix '/system/network';
'hostname' = hostname_from_object();
'domainname' = domain_from_object(SITE_DOMAIN);
'realhostname' = full_hostname_from_object(SITE_DOMAIN);
'nameserver' = SITE_NAMESERVERS;
'search' = list(SITE_DOMAIN);
'nozeroconf' = true;
'ipv6/enabled' = false;
'default_gateway' ?= {
    node = node_entry();
    params = interface_params(node['ip']);
    params['gateway'];
};
'interfaces' = {
    node = node_entry();
    copy_network_params(interface_params(node['ip']));
};
