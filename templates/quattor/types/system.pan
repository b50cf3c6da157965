@{ desc = Types of /system: what the node is to be, apart from its software }
declaration template quattor/types/system;

include 'pan/types';
include 'quattor/types/network';
include 'quattor/types/accounts';
include 'quattor/types/monitoring';
include 'quattor/blockdevices';
include 'quattor/filesystems';

type structure_kernel = {
    'version' ? string_non_whitespace
    @{ desc = parameters on the kernel's command line, in order }
    'arguments' ? string_non_whitespace[]
    'modules' ? string_non_whitespace[]
};

type structure_os = {
    'distribution' : choice('debian', 'almalinux', 'rocky', 'rhel', 'centos', 'suse')
    'version' : {
        'major' : long(1..)
        'minor' ? long(0..)
        'name' ? string
    }
    'family' : choice('deb', 'rpm')
};

@{ desc = /system }
type structure_system = {
    'architecture' : cpu_architecture
    'os' ? structure_os
    'kernel' ? structure_kernel
    'network' : structure_network
    'blockdevices' ? structure_blockdevices
    'filesystems' ? structure_filesystem[] with filesystems_uniq_paths(SELF)
    'accounts' ? structure_accounts
    'monitoring' ? structure_monitoring
    @{ desc = paths of values that only root on the node may read; * is any one step }
    'secrets' ? string[]
    'rootmail' : type_email
    'timezone' : string with match(SELF, '^[A-Z][A-Za-z_]+(/[A-Za-z_+-]+){0,2}$')
    'siterelease' ? string
    @{ desc = what the node is used for now; only production nodes may call people at night }
    'state' : choice('production', 'standby', 'test', 'development', 'maintenance') = 'production'
    @{ desc = what the node does for the site }
    'role' ? string_non_whitespace
    'cluster' ? {
        'name' : string_non_whitespace
        'tier' ? string_non_whitespace
    }
};
