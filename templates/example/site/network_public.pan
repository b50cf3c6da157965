@{ desc = /system/network of a node that is also seen from outside: the second card has the public \
 address and the way out }
unique template site/network_public;

'/system/network/interfaces/eth1' = {
    node = node_entry();
    interface_params(node['public']);
};
# The inside is reached through routes, everything else through the public side.
'/system/network/interfaces/eth0/route' = list(
    dict('address', '10.2.0.0', 'prefix', 16, 'gateway', '10.1.0.1'),
    dict('address', '10.3.0.0', 'prefix', 16, 'gateway', '10.1.0.1'),
);
'/system/network/default_gateway' = '192.0.2.1';
'/system/network/gatewaydev' = 'eth1';
