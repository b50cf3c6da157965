@{ desc = A file server }
template machine-types/storage;

variable NODE_ROLE = 'storage';
variable FILESYSTEM_LAYOUT ?= 'storage';
variable NETWORK_BONDED = true;
variable LOG_KEEP_DAYS = 30;

include 'machine-types/base';
include 'components/sysctl/config';
include 'config/os/packages/storage';
include 'service/storage/server';
include 'site/monitoring';

# Large files to many clients.
prefix '/software/components/sysctl/variables';
'net.core.rmem_max' = '268435456';
'net.core.wmem_max' = '268435456';
'net.ipv4.tcp_rmem' = '4096 131072 134217728';
'net.ipv4.tcp_wmem' = '4096 131072 134217728';
'vm.dirty_background_ratio' = '3';
'vm.dirty_ratio' = '10';
'vm.vfs_cache_pressure' = '50';
'sunrpc.tcp_slot_table_entries' = '128';

'/system/monitoring/metrics' = {
    foreach (name; disk; value('/hardware/harddisks')) {
        SELF['smart_' + name] = metric('sensor-smart', 3600, '1');
        SELF['smart_' + name]['params'] = dict('device', name);
        SELF['smart_' + name]['alarms'] = dict('failing', alarm('differs', 0, 'disk ' + name + ' is failing', 1, 'error'));
        SELF['io_wait_' + name] = metric('sensor-io', 60, 'ms');
    };
    SELF['nfs_requests'] = metric('sensor-nfs', 60, '1/s');
    SELF['raid_degraded'] = metric('sensor-raid', 300, '1');
    SELF['raid_degraded']['alarms'] = dict('degraded', alarm('above', 0, 'a RAID set is degraded', 1, 'error'));
    SELF;
};

include 'service/inventory';
