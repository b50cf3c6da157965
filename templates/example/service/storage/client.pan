@{ desc = Mounts the volumes of the site: one systemd mount unit a volume }
unique template service/storage/client;

include 'service/file';
include 'service/storage/common';
include 'components/metaconfig/config';
include 'components/dirperm/config';

'/software/components/metaconfig/services' = {
    foreach (name; volume; STORAGE_VOLUMES) {
        unit = replace('^-', '', replace('/', '-', volume['mountpoint']));
        ini_file('/etc/systemd/system/' + unit + '.mount', dict(
            'Unit', dict('Description', 'volume ' + name, 'After', list('network-online.target')),
            'Mount', dict(
                'What', volume['server'] + ':' + volume['path'],
                'Where', volume['mountpoint'],
                'Type', 'nfs4',
                'Options', split(',', volume['options']),
            ),
            'Install', dict('WantedBy', 'remote-fs.target'),
        ));
        SELF[escape('/etc/systemd/system/' + unit + '.mount')]['convert'] = dict('joincomma', true, 'yesno', true);
    };
    SELF;
};
'/software/components/dirperm/paths' = {
    foreach (name; volume; STORAGE_VOLUMES) append(directory(volume['mountpoint'], '0755', 'root:root'));
    SELF;
};

# The names of the units follow from the table, so the type is not bound to each but asked for each.
valid '/software/components/metaconfig/services' = {
    services = SELF;
    foreach (name; service; services) {
        if (match(unescape(name), '\.mount$') && !is_valid(service_mount_unit, service['contents']))
            error('%s would be no good mount unit', unescape(name));
    };
    true;
};
