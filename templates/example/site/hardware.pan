@{ desc = /hardware of a node: its machine, with what is its own from site/databases }
unique template site/hardware;

'/hardware' = {
    node = node_entry();
    machine = create('hardware/machine/' + node['machine'], 'serialnumber', node['serial']);
    machine['nodename'] = hostname_from_object();
    machine['location'] = format('%s rack %s unit %d', SITE_NAME, node['rack'], node['unit']);
    machine['rack'] = dict('name', node['rack'], 'unit', node['unit']);
    foreach (i; address; node['mac']) machine['cards']['nic'][format('eth%d', i)]['hwaddr'] = address;
    machine['cards']['bmc'] = list(dict('hwaddr', replace('..$', 'ff', node['mac'][0])));
    machine['console'] = dict(
        'preferred', list('bmc', 'serial'),
        'bmc', dict('fqdn', hostname_from_object() + '-bmc.' + SITE_DOMAIN, 'hwaddr', replace('..$', 'ff', node['mac'][0])),
        'serial', dict('unit', 1, 'speed', 115200, 'word', 8, 'parity', 'n'),
    );
    machine;
};
