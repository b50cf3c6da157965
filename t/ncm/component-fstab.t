#!/bin/sh
# fstab puts the file systems of the profile into the table, mounts them, and leaves what is kept alone.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
cat >"$NCM_ROOT/etc/fstab" <<'EOF'
# written by the installer
UUID=1111-2222   /        ext4  errors=remount-ro 0  1
/dev/sda2  /data   xfs defaults 0 2
/dev/sdb1  /old  ext4 defaults 0 2
/dev/sda4 none swap sw 0 0
srv:/home  /home/nfs  nfs4  ro  0 0
EOF
cp "$NCM_ROOT/etc/fstab" before
tree='{"keep": {"mounts": ["/", "swap", "none"], "fs_types": ["nfs4"]}}'
system='"extra": {"/system/blockdevices": {"logical_volumes": {"scratch": {"volume_group": "vg0"}}, "partitions": {"sda2": {"holding_dev": "sda"}, "sda3": {}}, "tmpfs": {}},
    "/system/filesystems": [
        {"block_device": "partitions/sda2", "mountpoint": "/data", "type": "xfs", "mountopts": "noatime", "pass": 2, "mount": true},
        {"block_device": "logical_volumes/scratch", "mountpoint": "/scratch disk", "type": "ext4", "mount": false},
        {"block_device": "tmpfs", "mountpoint": "/fast", "type": "tmpfs", "mountopts": "size=1g", "mount": true},
        {"block_device": "partitions/sda3", "mountpoint": "swap", "type": "swap", "mount": true}]}'
system=$(printf '{%s}' "$system" | jq -c . | sed 's/^{//; s/}$//')

ok 'check says what would change, mount and unmount, and changes nothing' '
    run 0 fstab check "$tree" "$system" && changed /etc/fstab /data "/scratch disk" /fast && same before "$NCM_ROOT/etc/fstab" && test ! -e "$NCM_ROOT/fast" &&
    says ".msg == \"would run: umount /old\"" && says ".msg == \"would run: mount -o remount /data\"" && says ".msg == \"would run: mount /fast\"" && ! grep -q "mount /scratch" lines'
ok 'entries stand where they stood, lines that mean the same stay' 'run 0 fstab configure "$tree" "$system" && holds /etc/fstab <<-"EOF"
	# written by the installer
	UUID=1111-2222   /        ext4  errors=remount-ro 0  1
	/dev/sda2 /data xfs noatime 0 2
	/dev/sda4 none swap sw 0 0
	srv:/home  /home/nfs  nfs4  ro  0 0
	/dev/vg0/scratch /scratch\040disk ext4 defaults,noauto 0 0
	tmpfs /fast tmpfs size=1g 0 0
	/dev/sda3 swap swap defaults 0 0
	EOF'
ok 'mount points are made, and below a root nothing is mounted' 'test -d "$NCM_ROOT/fast" -a -d "$NCM_ROOT/scratch disk" && says ".msg == \"not run below NCM_ROOT: mount /fast\""'
ok 'findmnt reads the table' 'findmnt -n -r -F "$NCM_ROOT/etc/fstab" -o SOURCE,TARGET,FSTYPE,OPTIONS >got && grep -Fqx "/dev/vg0/scratch /scratch\x20disk ext4 rw,noauto" got || { cat got; grep -q "/dev/vg0/scratch /scratch" got; }'
ok 'mount would mount what it says' '
    grep tmpfs "$NCM_ROOT/etc/fstab" | sed "s|/fast|$NCM_ROOT/fast|" >table && if [ "$(id -u)" = 0 ]; then mount -f -a -v -T table >mount.log && grep -q "fast *: successfully mounted" mount.log; else findmnt --verify -F table; fi'
ok 'a second run changes nothing' 'run 0 fstab configure "$tree" "$system" && changed && ! grep -q mount lines'
ok 'static entries are not changed' 'cp before "$NCM_ROOT/etc/fstab" && run 0 fstab configure "$(echo "$tree" | jq -c ".static.mounts = [\"/data\"]")" "$system" && grep -qx "/dev/sda2  /data   xfs defaults 0 2" "$NCM_ROOT/etc/fstab"'
ok 'without a word on what must stay nothing is changed' 'cp "$NCM_ROOT/etc/fstab" now && run 1 fstab configure "{}" "$system" && changed && same now "$NCM_ROOT/etc/fstab"'
ok 'a blank in options cannot become another field' 'run 1 fstab configure "$tree" "$(printf "%s" "$system" | sed "s/noatime/noatime 0 0/")" && changed && same now "$NCM_ROOT/etc/fstab"'
done_testing
