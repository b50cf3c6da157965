#!/bin/sh
# filesystems does what fstab does, with the settings of component fstab.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
printf '/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /old ext4 defaults 0 2\n' >"$NCM_ROOT/etc/fstab"
system='"extra": {"/software/components/fstab": {"keep": {"mounts": ["/"]}}, "/system/blockdevices": {"md": {"md0": {}, "data": {}}},
    "/system/filesystems": [{"block_device": "md/md0", "mountpoint": "/a", "type": "xfs", "mount": true}, {"block_device": "md/data", "mountpoint": "/b", "type": "xfs", "mount": true, "label": "bee"}]}'
system=$(printf '{%s}' "$system" | jq -c . | sed 's/^{//; s/}$//')
ok 'check changes nothing' 'run 0 filesystems check "{}" "$system" && changed /etc/fstab /a /b && grep -q /old "$NCM_ROOT/etc/fstab"'
ok 'protected mounts of fstab stay, others go' 'run 0 filesystems configure "{}" "$system" && printf "/dev/sda1 / ext4 defaults 0 1\n/dev/md0 /a xfs defaults 0 0\nLABEL=bee /b xfs defaults 0 0\n" | holds /etc/fstab'
ok 'a second run changes nothing' 'run 0 filesystems configure "{}" "$system" && changed'
ok 'block devices are not made, and that is told' 'run 2 filesystems configure "{\"manage_blockdevs\": true}" "$system" && says ".level == \"warning\""'
ok 'without the settings of fstab nothing is changed' 'run 1 filesystems configure "{}" "\"extra\": {\"/system/filesystems\": []}" && changed'
done_testing
