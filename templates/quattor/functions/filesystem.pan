@{ desc = Functions that lay out disks: /system/blockdevices and /system/filesystems }
declaration template quattor/functions/filesystem;

@{ desc = as in '/system/blockdevices/partitions' = partitions_add(disk, dict(name, size in MB, \
 ...)): partitions of one disk; -1 takes the rest of the disk }
function partitions_add = {
    foreach (name; size; ARGV[1]) {
        SELF[name]['holding_dev'] = ARGV[0];
        if (size > 0) SELF[name]['size'] = size;
    };
    SELF;
};

@{ desc = one entry for /system/filesystems: block device, mount point, type, mount options? }
function filesystem = dict(
    'block_device', ARGV[0],
    'mountpoint', ARGV[1],
    'type', ARGV[2],
    'mountopts', if (ARGC > 3) ARGV[3] else 'defaults',
    'format', ARGV[2] != 'tmpfs',
    'preserve', match(ARGV[1], '^/(home|srv|data)'),
    'mount', ARGV[2] != 'swap',
    'freq', 0,
    'pass', if (ARGV[1] == '/') 1 else if (match(ARGV[2], '^(swap|xfs|tmpfs)$')) 0 else 2,
);
