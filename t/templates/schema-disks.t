#!/bin/sh
# /system/blockdevices and /system/filesystems refer to each other and to the disks of /hardware.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/templates/node.sh"

layout='
"/system/blockdevices/physical_devs/sda/label" = "gpt";
"/system/blockdevices/partitions" = partitions_add("sda", dict("sda1", 512, "sda2", 1024, "sda3", -1));
"/system/blockdevices/volume_groups/vg0/device_list" = list("partitions/sda3");
"/system/blockdevices/logical_volumes/root" = dict("volume_group", "vg0", "size", 10 * GB);
"/system/blockdevices/tmpfs" = dict();
"/system/filesystems" = list(filesystem("partitions/sda1", "/boot/efi", "vfat"), filesystem("partitions/sda2", "/boot", "ext4"),
    filesystem("logical_volumes/root", "/", "ext4"), filesystem("tmpfs", "/tmp", "tmpfs", "size=1g"));
'
good 'disks, partitions, a volume group and file systems' "$layout"
ok 'what filesystem() fills in' '
    jq -c ".system.filesystems[2] | [.pass, .format, .preserve, .mount, .mountopts]" lxb001.json | grep -Fx "[1,true,false,true,\"defaults\"]" &&
    jq -c ".system.filesystems[3] | [.pass, .format]" lxb001.json | grep -Fx "[0,false]"'
refused 'a file system on a device that does not exist' "$layout"'
    "/system/filesystems" = append(filesystem("partitions/sda9", "/home", "ext4"));' 'partitions/sda9 is no block device of this node'
refused 'two file systems at one place' "$layout"'
    "/system/blockdevices/logical_volumes/x" = dict("volume_group", "vg0");
    "/system/filesystems" = append(filesystem("logical_volumes/x", "/boot", "ext4"));' 'mount point /boot is used twice'
refused 'two file systems on one device' "$layout"'
    "/system/filesystems" = append(filesystem("partitions/sda2", "/other", "ext4"));' 'block device partitions/sda2 is used by two file systems'
refused 'a file system nobody knows' "$layout"'
    "/system/filesystems/1/type" = "ext5";' '/system/filesystems/1/type'
refused 'a mount point that is no path' "$layout"'
    "/system/filesystems/1/mountpoint" = "boot";' '/system/filesystems/1/mountpoint'
refused 'a partition of a disk that does not exist' "$layout"'
    "/system/blockdevices/partitions/sdb1/holding_dev" = "sdb";' 'sdb is no physical device of this node'
refused 'a disk the hardware does not have' "$layout"'
    "/system/blockdevices/physical_devs/sdz/label" = "gpt";' 'block device sdz is no disk of /hardware/harddisks'
refused 'partitions that do not fit' "$layout"'
    "/system/blockdevices/partitions/sda2/size" = 500 * GB;' 'the partitions of sda take 512512 MB, the disk has 491520 MB'
refused 'two partitions that want the rest' "$layout"'
    "/system/blockdevices/partitions/sda4/holding_dev" = "sda";' 'both want the rest of disk sda'
refused 'a volume in no volume group' "$layout"'
    "/system/blockdevices/logical_volumes/root/volume_group" = "vg9";' 'vg9 is no volume group of this node'
refused 'a mirror of one' "$layout"'
    "/system/blockdevices/md/md0" = dict("device_list", list("partitions/sda2"), "raid_level", "RAID1");' 'RAID1 needs 2 devices, here are 1'
refused 'more threads than nothing' '
    "/hardware/cpu" = list(dict("speed", 2000, "cores", 8, "max_threads", 4));' 'a processor with 8 cores cannot have only 4 threads'
ok 'sums over the hardware' '
    compile "\"/hardware/cpu\" = list(dict(\"speed\", 2000, \"cores\", 8), dict(\"speed\", 2000, \"cores\", 8)); \"/hardware/ram\" = list(dict(\"size\", 16 * GB), dict(\"size\", 16 * GB));
        \"/metadata/r\" = list(get_num_of_cores(), get_total_ram(), get_total_disk());" &&
    jq -c .metadata.r lxb001.json | grep -Fx "[16,32768,491520]"'
done_testing
