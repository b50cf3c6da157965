@{ desc = Exports and mounts of network file systems: ncm-nfs(8) }
declaration template components/nfs/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_nfs_exports = {
    'path' : absolute_file_path
    @{desc = options by host, network or pattern, escaped}
    'hosts' : string{} with {
        foreach (host; options; SELF) {
            if (match(unescape(host) + options, '[\s()]')) error('%s(%s): no blanks, no brackets', unescape(host), options);
        };
        true;
    }
};

type structure_nfs_mounts = {
    'device' : string(1..)
    'mountpoint' : absolute_file_path
    'fstype' : choice('ceph', 'lustre', 'nfs', 'nfs4', 'panfs', 'none')
    'options' ? string_non_whitespace
    'freq' ? long(0..)
    'passno' ? long(0..)
};

type component_nfs = {
    include structure_component
    @{desc = write /etc/exports, also an empty one}
    'server' : boolean = true
    @{desc = reloaded after a change of the exports}
    'daemon' : string_trimmed = 'nfs-server'
    'exports' ? structure_nfs_exports[]
    @{desc = all network file systems and bind mounts of /etc/fstab; without it they stay as they are}
    'mounts' ? structure_nfs_mounts[]
};

bind '/software/components/nfs' = component_nfs;
