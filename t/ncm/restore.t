#!/bin/sh
# A failed or killed run of a component is taken back when its configuration says so.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
rm "$node/etc/ncm-ncd.conf"   # the built-in components

# files VALUE POLICY [MODULE of the second file]
files() {
    profile "$(active metaconfig "$(on_failure "$2")<nlist name='services'>$(file _2fetc_2fa "$1")$(file _2fetc_2fnew_2fb "$1" "$3")</nlist>")"
    ccm-fetch 2>/dev/null
}
on_failure() { [ -z "$1" ] || printf '<string name="on_failure">%s</string>' "$1"; }
file() { printf '<nlist name="%s"><string name="module">%s</string><nlist name="daemons"><string name="a">restart</string></nlist><nlist name="contents"><string name="v">%s</string></nlist></nlist>' "$1" "${3:-json}" "$2"; }

echo 'by hand' >"$node/etc/a"
chmod 640 "$node/etc/a"
files one restore nosuchmodule
ok 'REQ-E-6: the files of a failed run are as before, mode and all' '
    code 255 ncd --configure metaconfig 2>err && test "$(cat $node/etc/a)" = "by hand" && test "$(stat -c %a $node/etc/a)" = 640 && test ! -e $node/etc/new/b &&
    grep -q "metaconfig: the failed run was taken back: $node/etc/a$" err && test ! -e $node/var/lib/weft/ncm/saved/metaconfig'
ok 'REQ-E-6: its services are acted on all the same' 'grep -qx "restart a" $node/var/lib/weft/ncm/services.log'
files two restore
ok 'REQ-E-6: a good run stays' 'ncd --configure metaconfig && grep -q two $node/etc/a && grep -q two $node/etc/new/b && test ! -e $node/var/lib/weft/ncm/saved/metaconfig'
files three '' nosuchmodule
ok 'REQ-E-6: without the policy what was done stays done' 'code 255 ncd --configure metaconfig && grep -q three $node/etc/a'
files four restore
mkdir -p "$node/var/lib/weft/ncm/saved/metaconfig"
cp "$node/etc/a" "$node/var/lib/weft/ncm/saved/metaconfig/0"
{ printf '{"path":"%s","kind":"file","copy":"0","mode":384,"uid":%d,"gid":%d,"mtime":1}\n' "$node/etc/a" "$(id -u)" "$(id -g)"; printf '{"path":"%s","kind":"nothing"}\n{"pa' "$node/etc/half"; } >"$node/var/lib/weft/ncm/saved/metaconfig/journal"
echo half >"$node/etc/a"; echo half >"$node/etc/half"
ok 'REQ-E-6: a run that was killed is taken back by the next one' '
    ncd --configure metaconfig 2>err && grep -q "a run that was cut off was taken back: $node/etc/half $node/etc/a" err && test ! -e $node/etc/half && grep -q four $node/etc/a'
ok 'a check takes nothing back' '
    mkdir -p $node/var/lib/weft/ncm/saved/metaconfig && echo "{\"path\":\"$node/etc/a\",\"kind\":\"nothing\"}" >$node/var/lib/weft/ncm/saved/metaconfig/journal &&
    ncd --check metaconfig && test -e $node/etc/a'

# ---- links
component links <<'END'
cd "$NCM_ROOT/etc" || exit 1
ncm-file --keep /etc/one; rm one; echo mine >one     # as Perl components do
echo mine | ncm-file /etc/two
ncm-file --link elsewhere /etc/three
ncm-file --remove /etc/four
exit 1
END
echo "component-dir = $scratch/components" >"$node/etc/ncm-ncd.conf"
profile "$(active links "$(on_failure restore)")"
ccm-fetch 2>/dev/null
for l in one two three four; do
    echo "kept $l" >"$node/etc/$l.real"
    ln -s $l.real "$node/etc/$l"
done
ok 'a link that was replaced comes back, and what it leads to' '
    code 255 ncd --configure links 2>err
    for l in one two three four; do
        test "$(readlink $node/etc/$l)" = $l.real
        test "$(cat $node/etc/$l)" = "kept $l"
    done'
unset WEFT_ROOT
ok 'on the running system, too' '
    mkdir save
    echo kept >real
    ln -s real link
    echo mine | NCM_SAVE_DIR=$scratch/save ncm-file $scratch/link
    test "$(cat real)" = mine
    jq -s -e "map([.path, .kind]) == [[\"$scratch/link\", \"link\"], [\"$scratch/real\", \"file\"]]" save/journal
    test "$(cat save/$(jq -r "select(.kind == \"file\").copy" save/journal))" = kept'
done_testing
