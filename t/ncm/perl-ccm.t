#!/bin/sh
# REQ-C-1: the real CCM of Quattor reads our caches, and we read its caches: same values, types, checksums, output.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/quattor.sh"
. "$WEFT_SRC/t/ncm/node.sh"
# Its text templates are looked up at a fixed place, and the Debian of the test may have no SELinux to ask.
for d in share sbin; do mount -t overlay -o "lowerdir=$scratch/quattor/usr/$d:/usr/$d" none /usr/$d || exit 99; done
their() { tool=$1; shift; perl -T -I"$scratch/quattor/usr/lib/perl" "$scratch/quattor/usr/sbin/$tool" --cfgfile "$scratch/ccm.conf" "$@" 2>their.err; }
ours() { ccm --cache_root "$cache" "$@"; }
printf 'profile file://%s/profile.xml\nretrieve_wait 0\ncache_root %s/theirs\nlock_wait 1\n' "$scratch" "$scratch" >ccm.conf
mkdir theirs
mount -t tmpfs none /var/log

profile "$(active foo "$(pre bar)<double name='d'>1.5</double><double name='whole'>2.0</double><long name='n'>-7</long><string name='empty'></string>")$(active bar)" '
  <nlist name="system"><list name="lst"><string>x</string><nlist><boolean name="up">false</boolean></nlist></list>
  <string name="text">a &lt;tag&gt; &amp; quotes</string><string name="_2fetc_2fmotd">escaped</string></nlist>'
paths='/ /system/lst'
formats='query ncmquery pan pancxml json jsonpretty yaml tabcompletion'

# For what is data to other programs, spelling is free: 2 is 2.0 (their JSON cannot tell), white space is nothing.
data() {
    case $1 in
    json*) jq -S . ;;
    yaml) python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin), sort_keys=True, indent=1))' | jq -S . ;;
    *) cat ;;
    esac
}
# equal FORMAT: both tools print the same about the cache $cache
equal() {
    sed "s,^cache_root.*,cache_root $cache," ccm.conf >ccm.conf.new && mv ccm.conf.new ccm.conf
    for path in $paths; do
        their ccm --format "$1" "$path" >theirs.raw || { cat their.err; return 1; }
        ours --format "$1" "$path" >ours.raw
        data "$1" <theirs.raw >theirs.txt
        data "$1" <ours.raw >ours.txt
        test -s theirs.txt && same theirs.txt ours.txt || return 1
    done
}
for db in CDB_File DB_File; do
    ok "our cache with $db is whole" "ccm-fetch --force --dbformat $db && ccm verify"
    cache=$node/var/lib/ccm
    for f in $formats; do ok "the real ccm prints our cache ($db) as we do: $f" "equal $f"; done
    ok "its configuration numbers are ours ($db)" 'test "$(their ccm --showcids)" = "$(ours --showcids)"'
    ok "the real ccm-fetch makes a cache ($db)" "rm -rf theirs; mkdir theirs; sed 's,^cache_root.*,cache_root $scratch/theirs,' ccm.conf >x; echo dbformat $db >>x; grep -v '^dbformat' ccm.conf >y; mv x ccm.conf; their ccm-fetch || { cat their.err; false; }; sed -i /dbformat/d ccm.conf"
    cache=$scratch/theirs
    ok "our ccm finds every checksum of it right ($db)" 'ours verify'
    for f in $formats; do ok "we print its cache ($db) as it does: $f" "equal $f"; done
    ok "our ccm-fetch goes on in its cache ($db)" "
        ccm-fetch --force --cache_root $scratch/theirs && ours verify && test \$(ours --showcids) = 1,2 && their ccm --show /system/text | grep -q quotes"
done
done_testing
