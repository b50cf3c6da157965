#!/bin/sh
# nfs writes the exports and keeps the network file systems of the table, and leaves local ones alone.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
tree='{"daemon": "nfs-kernel-server", "exports": [{"path": "/", "hosts": {"_2a_2eexample_2eorg": "rw,no_subtree_check", "_3192_2e0_2e2_2e0_2f24": "ro,async,no_subtree_check"}}, {"path": "/empty", "hosts": {}}],
    "mounts": [{"device": "lxdisk01:/home", "mountpoint": "/home", "fstype": "nfs4", "options": "rw,soft"}, {"device": "/srv/x", "mountpoint": "/x", "fstype": "none", "options": "bind"}]}'
tree=$(echo "$tree" | jq -c .)
printf '/dev/sda1 / ext4 defaults 0 1\nold:/sw /sw nfs ro 0 0\nlxdisk01:/home /home nfs4 ro 0 0\n' >"$NCM_ROOT/etc/fstab"
echo '/srv *(ro)' >"$NCM_ROOT/etc/exports"
ok 'check reports and changes nothing' 'run 0 nfs check "$tree" && changed /etc/exports /etc/fstab /home /x && grep -q /srv "$NCM_ROOT/etc/exports" && wants nfs-kernel-server reload && says ".msg == \"would run: umount -l /sw\""'
ok 'exports, with sync said' 'run 0 nfs configure "$tree" && wants nfs-kernel-server reload && holds /etc/exports <<-"EOF"
	# Written by ncm-nfs (Weft); local changes are lost.
	/ *.example.org(rw,no_subtree_check,sync) 192.0.2.0/24(ro,async,no_subtree_check)
	EOF'
ok 'mounts, among local ones' 'printf "/dev/sda1 / ext4 defaults 0 1\nlxdisk01:/home /home nfs4 rw,soft 0 0\n/srv/x /x none bind 0 0\n" | holds /etc/fstab && test -d "$NCM_ROOT/x"'
if [ "$(id -u)" = 0 ] && command -v exportfs >tools && unshare -n -m true 2>skip.log; then
    # In a network and a mount table of its own: the kernel there has no server that could learn of it.
    exportfs_reads() { timeout 30 unshare -n -m sh -c 'mount --bind "$1/etc/exports" /etc/exports && mount -t tmpfs none /var/lib/nfs && touch /var/lib/nfs/etab /var/lib/nfs/rmtab && exportfs -r -v' - "$NCM_ROOT" >exportfs.log 2>&1; }
    ok 'exportfs reads the exports' '
        exportfs_reads || :; cat exportfs.log; grep -q "192.0.2.0/24:/" exportfs.log
        not grep -i -e "unknown" -e "syntax" -e "invalid" exportfs.log
        echo "/ *(frobnicate)" >>"$NCM_ROOT/etc/exports"; exportfs_reads || :; grep -q "unknown keyword" exportfs.log; sed -i "/frobnicate/d" "$NCM_ROOT/etc/exports"'
else
    skip 'exportfs reads the exports' 'no exportfs here, or no right to try'
fi
ok 'a second run changes nothing' 'run 0 nfs configure "$tree" && changed && ! grep -q service lines'
ok 'without mounts the table stays' 'run 0 nfs configure "{\"server\": false}" && changed'
ok 'a local file system is not replaced' 'run 1 nfs configure "$(echo "$tree" | jq -c ".mounts[0].mountpoint = \"/\"")" && changed'
ok 'brackets in an option are refused' 'run 1 nfs configure "{\"exports\": [{\"path\": \"/a\", \"hosts\": {\"x\": \"rw) y(rw\"}}]}" && changed'
ok 'unconfigure brings the earlier exports back' 'run 0 nfs unconfigure "$tree" && grep -qx "/srv \*(ro)" "$NCM_ROOT/etc/exports" && grep -q lxdisk01 "$NCM_ROOT/etc/fstab"'
done_testing
