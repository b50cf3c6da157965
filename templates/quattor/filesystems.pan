@{ desc = Types of /system/filesystems }
declaration template quattor/filesystems;

include 'pan/types';

@{ desc = one file system; block_device is a path below /system/blockdevices }
type structure_filesystem = {
    'block_device' : string with {
        if (!exists('/system/blockdevices/' + SELF))
            error('%s is no block device of this node', SELF);
        true;
    }
    'mountpoint' : string with SELF == 'swap' || SELF == 'none' || SELF == '/' || is_absolute_file_path(SELF)
    'mountopts' : string = 'defaults'
    'type' : choice('auto', 'btrfs', 'ext2', 'ext3', 'ext4', 'none', 'proc', 'swap', 'tmpfs', 'vfat', 'xfs', 'zfs')
    @{ desc = create the file system when the device is empty }
    'format' : boolean
    @{ desc = keep the contents when the node is installed again }
    'preserve' : boolean
    'mount' : boolean
    'freq' : long(0..) = 0
    'pass' : long(0..9) = 0
    'mkfsopts' ? string
    'tuneopts' ? string
    'label' ? string(1..16)
    'quota' ? long(0..100)
    'ksfsformat' ? boolean
};

@{ desc = no two file systems share a mount point or a device }
function filesystems_uniq_paths = {
    points = dict();
    devices = dict();
    foreach (i; fs; ARGV[0]) {
        point = escape(fs['mountpoint']);
        if (!match(fs['mountpoint'], '^(swap|none)$')) {
            if (exists(points[point])) error('mount point %s is used twice', fs['mountpoint']);
            points[point] = i;
        };
        device = escape(fs['block_device']);
        if (!match(fs['block_device'], '^(tmpfs|proc)$')) {
            if (exists(devices[device]))
                error('block device %s is used by two file systems', fs['block_device']);
            devices[device] = i;
        };
    };
    true;
};
