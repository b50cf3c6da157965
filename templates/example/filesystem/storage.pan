@{ desc = Disks of a file server: the system mirrored on the SSDs, one RAID-6 of the twelve data disks }
unique template filesystem/storage;

include 'filesystem/server';

prefix '/system/blockdevices';
'physical_devs' = {
    foreach (name; disk; value('/hardware/harddisks')) {
        if (disk['interface'] == 'sas') SELF[name] = dict('label', 'none', 'readahead', 8192);
    };
    SELF;
};
'md/md2' = {
    devices = list();
    foreach (name; disk; value('/system/blockdevices/physical_devs')) {
        if (disk['label'] == 'none') append(devices, 'physical_devs/' + name);
    };
    dict('device_list', devices, 'raid_level', 'RAID6', 'stripe_size', 256);
};
'volume_groups/vg1/device_list' = list('md/md2');
'logical_volumes/data' = dict('volume_group', 'vg1', 'size', 120 * TB);
'logical_volumes/homes' = dict('volume_group', 'vg1', 'size', 20 * TB);

'/system/filesystems' = append(filesystem('logical_volumes/data', '/srv/data', 'xfs', 'nodev,nosuid,noatime,inode64'));
'/system/filesystems' = append(filesystem('logical_volumes/homes', '/srv/homes', 'xfs', 'nodev,nosuid,uquota'));
