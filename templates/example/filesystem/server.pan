@{ desc = Disks of a service node: two SSDs, mirrored }
unique template filesystem/server;

prefix '/system/blockdevices';
'physical_devs/sda/label' = 'gpt';
'physical_devs/sdb/label' = 'gpt';
'partitions' = partitions_add('sda', dict('sda1', 512, 'sda2', 1 * GB, 'sda3', -1));
'partitions' = partitions_add('sdb', dict('sdb1', 512, 'sdb2', 1 * GB, 'sdb3', -1));
'partitions/sda1/flags' = dict('esp', true, 'boot', true);
'md/md0' = dict('device_list', list('partitions/sda2', 'partitions/sdb2'), 'raid_level', 'RAID1', 'metadata', '1.0');
'md/md1' = dict('device_list', list('partitions/sda3', 'partitions/sdb3'), 'raid_level', 'RAID1');
'volume_groups/vg0/device_list' = list('md/md1');
'logical_volumes' = dict(
    'root', dict('volume_group', 'vg0', 'size', 60 * GB),
    'var', dict('volume_group', 'vg0', 'size', 120 * GB),
    'log', dict('volume_group', 'vg0', 'size', 40 * GB),
    'swap', dict('volume_group', 'vg0', 'size', 16 * GB),
);
'tmpfs' = dict();

'/system/filesystems' = list(
    filesystem('partitions/sda1', '/boot/efi', 'vfat', 'umask=0077'),
    filesystem('md/md0', '/boot', 'ext4'),
    filesystem('logical_volumes/root', '/', 'ext4'),
    filesystem('logical_volumes/var', '/var', 'ext4', 'nodev'),
    filesystem('logical_volumes/log', '/var/log', 'ext4', 'nodev,nosuid,noexec'),
    filesystem('logical_volumes/swap', 'swap', 'swap', 'pri=10'),
    filesystem('tmpfs', '/tmp', 'tmpfs', 'nodev,nosuid,size=16g'),
);
