#!/bin/sh
# dirperm makes folders and files, puts mode and owner right, and leaves what lies on an unmounted file system alone.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
me=$(id -un):$(id -gn)
path() { printf '{"path": "%s", "perm": "%s", "owner": "%s", "type": "%s"%s}' "$1" "$2" "$me" "$3" "${4:+, $4}"; }
tree="{\"paths\": [$(path /data/spool 1777 d), $(path /data/lock 0600 f), $(path /data/home 0750 d '"initdir": ["/etc/skel"]')]}"
mkdir -p "$NCM_ROOT/etc/skel" "$NCM_ROOT/proc"
echo set >"$NCM_ROOT/etc/skel/.profile"

ok 'check reports and makes nothing' 'run 0 dirperm check "$tree" && changed /data/spool /data/lock /data/home && test ! -e "$NCM_ROOT/data"'
ok 'configure makes them with their modes' '
    run 0 dirperm configure "$tree" && test "$(cd "$NCM_ROOT/data" && stat -c "%n %a %F" spool lock home)" = "spool 1777 directory
lock 600 regular empty file
home 750 directory"'
ok 'a new folder has what its initdir holds' 'test "$(cat "$NCM_ROOT/data/home/.profile")" = set'
ok 'a second run changes nothing' 'run 0 dirperm configure "$tree" && changed'
ok 'a mode that is wrong is put right, contents stay' '
    echo kept >"$NCM_ROOT/data/lock"; chmod 644 "$NCM_ROOT/data/lock"
    run 0 dirperm check "$tree" && changed /data/lock && test "$(stat -c %a "$NCM_ROOT/data/lock")" = 644 &&
    run 0 dirperm configure "$tree" && changed /data/lock && test "$(stat -c %a "$NCM_ROOT/data/lock") $(cat "$NCM_ROOT/data/lock")" = "600 kept"'
ok 'a file is no folder, and the others are still done' '
    run 1 dirperm configure "{\"paths\": [$(path /data/lock 0755 d), $(path /data/other 0755 d)]}" && says ".msg == \"'"'/data/lock'"': is not a folder\"" && test -d "$NCM_ROOT/data/other"'
mounts='"extra": {"/system/filesystems": [{"mountpoint": "/srv", "mount": true}]}'
ok 'a path on an unmounted file system is left out, with a warning' '
    : >"$NCM_ROOT/proc/mounts"
    run 2 dirperm configure "{\"paths\": [$(path /srv/x 0755 d "\"checkmount\": true")]}" "$mounts" && changed && says ".level == \"warning\"" && test ! -e "$NCM_ROOT/srv/x"'
ok 'mounted, it is made' '
    echo "/dev/sdb1 /srv ext4 rw 0 0" >"$NCM_ROOT/proc/mounts"
    run 0 dirperm configure "{\"paths\": [$(path /srv/x 0755 d "\"checkmount\": true")]}" "$mounts" && test -d "$NCM_ROOT/srv/x"'
ok 'within_mount asks for a configured file system' '
    run 2 dirperm configure "{\"paths\": [$(path /opt/x 0755 d "\"within_mount\": true")]}" "$mounts" && test ! -e "$NCM_ROOT/opt/x"'
ok 'unconfigure leaves what holds data' 'run 0 dirperm unconfigure "$tree" && changed && test -d "$NCM_ROOT/data/home"'
done_testing
