@{ desc = Types of /system/blockdevices: disks, partitions, RAID, logical volumes. They refer to \
 each other by path below /system/blockdevices }
declaration template quattor/blockdevices;

include 'quattor/physdevices';

type physdev_string = string with {
    if (!exists('/system/blockdevices/physical_devs/' + SELF))
        error('%s is no physical device of this node', SELF);
    true;
};

type blockdev_string = string with {
    if (!exists('/system/blockdevices/' + SELF)) error('%s is no block device of this node', SELF);
    true;
};

type vg_string = string with {
    if (!exists('/system/blockdevices/volume_groups/' + SELF))
        error('%s is no volume group of this node', SELF);
    true;
};

@{ desc = a disk: its kind of partition table }
type blockdevices_disk_type = {
    'label' : choice('none', 'msdos', 'gpt')
    'readahead' ? long(0..)
    'device_path' ? string
    'validate' ? {
        @{ desc = the size the disk may differ from its hardware entry, in MB }
        'diff' ? long(0..)
        'fraction' ? double
    }
};

type blockdevices_partition_flags = {
    'boot' ? boolean
    'esp' ? boolean
    'bios_grub' ? boolean
    'lvm' ? boolean
    'raid' ? boolean
    'swap' ? boolean
};

type blockdevices_partition_type = {
    'holding_dev' : physdev_string
    @{ desc = in MB; the rest of the disk when missing }
    'size' ? long(1..)
    'offset' ? long(0..)
    'type' : choice('primary', 'extended', 'logical') = 'primary'
    'flags' ? blockdevices_partition_flags
    'ksopts' ? string
};

type blockdevices_md_type = {
    'device_list' : blockdev_string[1..]
    'raid_level' : choice('RAID0', 'RAID1', 'RAID5', 'RAID6', 'RAID10')
    @{ desc = in KB }
    'stripe_size' : long(4..) = 64
    'num_spares' ? long(0..)
    'metadata' : choice('0.90', '1.0', '1.1', '1.2') = '1.2'
} with {
    least = dict('RAID0', 2, 'RAID1', 2, 'RAID5', 3, 'RAID6', 4, 'RAID10', 4);
    if (length(SELF['device_list']) < least[SELF['raid_level']])
        error('%s needs %d devices, here are %d', SELF['raid_level'], least[SELF['raid_level']], length(SELF['device_list']));
    true;
};

type blockdevices_lvm_type = {
    'device_list' : blockdev_string[1..]
};

type blockdevices_logicalvolumes_type = {
    'volume_group' : vg_string
    @{ desc = in MB; the rest of the volume group when missing }
    'size' ? long(1..)
    'stripe_size' ? long(1..)
    'type' ? choice('linear', 'striped', 'mirror', 'raid1', 'thin', 'thin-pool', 'cache')
    'devices' ? blockdev_string[]
};

type blockdevices_file_type = {
    'size' : long(1..)
    'owner' : string = 'root'
    'group' : string = 'root'
    'permissions' ? long
};

@{ desc = /system/blockdevices }
type structure_blockdevices = {
    'physical_devs' ? blockdevices_disk_type{}
    'partitions' ? blockdevices_partition_type{}
    'md' ? blockdevices_md_type{}
    'volume_groups' ? blockdevices_lvm_type{}
    'logical_volumes' ? blockdevices_logicalvolumes_type{}
    'files' ? blockdevices_file_type{}
    @{ desc = what has no device, so that a file system can name it }
    'tmpfs' ? {}
    'proc' ? {}
} with blockdevices_fit(SELF);

@{ desc = the partitions of a disk that say their size fit on it; at most one takes the rest. Disks \
 are known by /hardware/harddisks }
function blockdevices_fit = {
    if (!exists(ARGV[0]['partitions'])) return(true);
    used = dict();
    rest = dict();
    foreach (name; partition; ARGV[0]['partitions']) {
        disk = partition['holding_dev'];
        if (!exists(used[disk])) used[disk] = 0;
        if (exists(partition['size'])) {
            used[disk] = used[disk] + partition['size'];
        } else {
            if (exists(rest[disk]))
                error('partitions %s and %s both want the rest of disk %s', rest[disk], name, disk);
            rest[disk] = name;
        };
    };
    foreach (disk; size; used) {
        path = '/hardware/harddisks/' + disk + '/capacity';
        if (exists(path + '') && size > value(path))
            error('the partitions of %s take %d MB, the disk has %d MB', disk, size, value(path));
    };
    true;
};
