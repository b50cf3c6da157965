@{ desc = The nodes of the site: address, machine, network cards, place. One line a node; a node not \
 listed here cannot be compiled }
declaration template site/databases;

final variable NODES = dict(
    'lxb001.example.org', dict('ip', '10.1.1.1', 'machine', 'twin_2021', 'mac', list('3c:ec:ef:10:01:00', '3c:ec:ef:10:01:01'), 'serial', 'S432101', 'rack', 'A01', 'unit', 2),
    'lxb002.example.org', dict('ip', '10.1.1.2', 'machine', 'twin_2021', 'mac', list('3c:ec:ef:10:02:00', '3c:ec:ef:10:02:01'), 'serial', 'S432102', 'rack', 'A01', 'unit', 2),
    'lxb003.example.org', dict('ip', '10.1.1.3', 'machine', 'twin_2021', 'mac', list('3c:ec:ef:10:03:00', '3c:ec:ef:10:03:01'), 'serial', 'S432103', 'rack', 'A01', 'unit', 4),
    'lxb004.example.org', dict('ip', '10.1.1.4', 'machine', 'twin_2021', 'mac', list('3c:ec:ef:10:04:00', '3c:ec:ef:10:04:01'), 'serial', 'S432104', 'rack', 'A01', 'unit', 4),
    'lxb005.example.org', dict('ip', '10.1.1.5', 'machine', 'dense_2023', 'mac', list('b8:ce:f6:23:05:00', 'b8:ce:f6:23:05:01'), 'serial', 'D7K2305', 'rack', 'A02', 'unit', 1),
    'lxb006.example.org', dict('ip', '10.1.1.6', 'machine', 'dense_2023', 'mac', list('b8:ce:f6:23:06:00', 'b8:ce:f6:23:06:01'), 'serial', 'D7K2306', 'rack', 'A02', 'unit', 1),
    'lxb007.example.org', dict('ip', '10.1.1.7', 'machine', 'dense_2023', 'mac', list('b8:ce:f6:23:07:00', 'b8:ce:f6:23:07:01'), 'serial', 'D7K2307', 'rack', 'A02', 'unit', 3),
    'lxb008.example.org', dict('ip', '10.1.1.8', 'machine', 'dense_2023', 'mac', list('b8:ce:f6:23:08:00', 'b8:ce:f6:23:08:01'), 'serial', 'D7K2308', 'rack', 'A02', 'unit', 3),
    'lxhead01.example.org', dict('ip', '10.1.0.10', 'machine', 'server_2022', 'mac', list('2c:ea:7f:22:10:00', '2c:ea:7f:22:10:01'), 'serial', 'R652510', 'rack', 'B01', 'unit', 20),
    'lxdisk01.example.org', dict('ip', '10.1.2.1', 'machine', 'disk_2022', 'mac', list('94:40:c9:2d:01:00', '94:40:c9:2d:01:01'), 'serial', 'A420001', 'rack', 'B02', 'unit', 1),
    'lxdisk02.example.org', dict('ip', '10.1.2.2', 'machine', 'disk_2022', 'mac', list('94:40:c9:2d:02:00', '94:40:c9:2d:02:01'), 'serial', 'A420002', 'rack', 'B02', 'unit', 5),
    'lxdisk03.example.org', dict('ip', '10.1.2.3', 'machine', 'disk_2022', 'mac', list('94:40:c9:2d:03:00', '94:40:c9:2d:03:01'), 'serial', 'A420003', 'rack', 'B02', 'unit', 9),
    'lxlogin01.example.org', dict('ip', '10.1.0.21', 'public', '192.0.2.21', 'machine', 'server_2022', 'mac', list('2c:ea:7f:22:21:00', '2c:ea:7f:22:21:01'), 'serial', 'R652521', 'rack', 'B01', 'unit', 22),
    'lxlogin02.example.org', dict('ip', '10.1.0.22', 'public', '192.0.2.22', 'machine', 'server_2022', 'mac', list('2c:ea:7f:22:22:00', '2c:ea:7f:22:22:01'), 'serial', 'R652522', 'rack', 'B01', 'unit', 23),
);

@{ desc = other things with an address: name without domain, address, what it is }
final variable APPLIANCES = dict(
    'gw', list('10.1.0.1', 'router of the site'),
    'ns1', list('10.1.0.2', 'name server'),
    'ns2', list('10.1.0.3', 'name server'),
    'ntp1', list('10.1.0.4', 'clock'),
    'ntp2', list('10.1.0.5', 'clock'),
    'ntp3', list('10.1.0.6', 'clock'),
    'mirror', list('10.1.0.7', 'package mirror'),
    'logs', list('10.1.0.8', 'log collector'),
    'mon1', list('10.1.0.11', 'monitoring'),
    'mon2', list('10.1.0.12', 'monitoring'),
    'cdb', list('10.1.0.13', 'configuration database'),
    'mail', list('10.1.0.14', 'mail relay'),
    'ldap1', list('10.1.0.15', 'directory'),
    'ldap2', list('10.1.0.16', 'directory'),
    'backup', list('10.1.0.17', 'backup server'),
    'git', list('10.1.0.18', 'repositories'),
    'license', list('10.1.0.19', 'licence server'),
    'squid1', list('10.1.0.30', 'web proxy'),
    'squid2', list('10.1.0.31', 'web proxy'),
    'sw-a01', list('10.2.0.1', 'switch of rack A01'),
    'sw-a02', list('10.2.0.2', 'switch of rack A02'),
    'sw-b01', list('10.2.0.3', 'switch of rack B01'),
    'sw-b02', list('10.2.0.4', 'switch of rack B02'),
    'pdu-a01', list('10.2.0.11', 'power of rack A01'),
    'pdu-a02', list('10.2.0.12', 'power of rack A02'),
    'pdu-b01', list('10.2.0.13', 'power of rack B01'),
    'pdu-b02', list('10.2.0.14', 'power of rack B02'),
);

@{ desc = the line of this node, or of the node given }
function node_entry = {
    name = if (ARGC > 0) ARGV[0] else OBJECT;
    if (!exists(NODES[name])) error('node %s is not in site/databases', name);
    NODES[name];
};
