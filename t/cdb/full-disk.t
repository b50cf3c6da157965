#!/bin/sh
# A full disk refuses the commit with a clear message; serving goes on, and nothing acknowledged is lost.
. "${WEFT_SRC:-.}/t/lib.sh"
[ "$(id -u)" = 0 ] && mkdir "$scratch/small" && mount -t tmpfs -o size=24m none "$scratch/small" 2>/dev/null || skip_all 'no small file system can be mounted'
. "$WEFT_SRC/t/cdb/server.sh"
cleanup() { server_stop; umount -l "$scratch/small"; }
b1=lxb001.example.org
sed -i "s#^store  .*#store = $scratch/small/store#;s#^store_reserve.*#store_reserve = 2M#" cdbd.conf
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null || exit 99

# Templates that do not compress, until one is refused.
big() { { echo "template service/big$1;"; head -c 1000000 /dev/urandom | base64 | sed 's/^/# /'; } >"site/service/big$1.pan"; }
ok 'when little is left a commit is refused with what to do' '
    for i in $(seq 60); do big $i; as_admin commit -m "big $i" site >out 2>err || break; done; cat err
    grep -q "^cdb: error: cannot write to .*: only [0-9]* KiB are free, 2048 KiB must be" err && grep -q "^hint: free some space and run it again; nothing was lost" err'
last=$(as_admin log -l 1 | cut -d' ' -f1)
ok 'profiles are served as before, the history too' '[ "$(status $b1 /profiles/$b1.xml)" = 200 ] && [ "$last" -gt 3 ] && as_admin get service/big1.pan | cmp - site/service/big1.pan'
ok 'with room again the commit is taken' 'mount -o remount,size=64m "$scratch/small" && as_admin commit -m "now it goes" site && as_admin verify'
ok 'a disk that fills in the middle of a commit loses nothing acknowledged' '
    server_stop; sed -i "s#^store_reserve.*#store_reserve = 0#" cdbd.conf; server_start || exit
    mount -o remount,size=$(($(df -k --output=used "$scratch/small" | tail -1) + 700))k "$scratch/small"
    for i in $(seq 100 160); do big $i; as_admin commit -m "big $i" site >out 2>err || break; done; cat err
    grep -q "^cdb: error: cannot .*: No space left on device" err && grep -q "^hint: free some space" err && [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
ok 'and after a restart with room it is whole' '
    done=$(sed -n "s/.*info: revision \([0-9]*\) by.*/\1/p" server.log | tail -1)
    server_stop; mount -o remount,size=64m "$scratch/small"; server_start && as_admin verify --compile && [ "$(as_admin log -l 1 | cut -d" " -f1)" = "$done" ] &&
    as_admin commit -m "again" site'
done_testing
