@{ desc = Disks of a worker node: the system on the SSD, scratch on the NVMe }
unique template filesystem/worker;

prefix '/system/blockdevices';
'physical_devs/sda/label' = 'gpt';
'physical_devs/nvme0n1/label' = 'gpt';
'partitions' = partitions_add('sda', dict('sda1', 512, 'sda2', 1 * GB, 'sda3', -1));
'partitions' = partitions_add('nvme0n1', dict('nvme0n1p1', -1));
'partitions/sda1/flags' = dict('esp', true, 'boot', true);
'volume_groups/vg0/device_list' = list('partitions/sda3');
'logical_volumes' = dict(
    'root', dict('volume_group', 'vg0', 'size', 60 * GB),
    'var', dict('volume_group', 'vg0', 'size', 40 * GB),
    'log', dict('volume_group', 'vg0', 'size', 20 * GB),
    'swap', dict('volume_group', 'vg0', 'size', 16 * GB),
);
'tmpfs' = dict();

'/system/filesystems' = list(
    filesystem('partitions/sda1', '/boot/efi', 'vfat', 'umask=0077'),
    filesystem('partitions/sda2', '/boot', 'ext4'),
    filesystem('logical_volumes/root', '/', 'ext4'),
    filesystem('logical_volumes/var', '/var', 'ext4', 'nodev'),
    filesystem('logical_volumes/log', '/var/log', 'ext4', 'nodev,nosuid,noexec'),
    filesystem('logical_volumes/swap', 'swap', 'swap', 'pri=10'),
    filesystem('partitions/nvme0n1p1', '/scratch', 'xfs', 'nodev,nosuid,noatime'),
    filesystem('tmpfs', '/tmp', 'tmpfs', 'nodev,nosuid,size=16g'),
);
