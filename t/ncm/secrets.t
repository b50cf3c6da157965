#!/bin/sh
# REQ-C-9: what /system/secrets names is kept apart, shown as *** unless root asks, and components have it.
. "${WEFT_SRC:-.}/t/lib.sh"
[ "$(id -u)" = 0 ] && getent passwd nobody >/dev/null || skip_all 'needs root, to be somebody else'
. "$WEFT_SRC/t/ncm/node.sh"
chmod 755 "$scratch"
echo 'world_readable 1' >>"$node/etc/ccm.conf"
cache=$node/var/lib/ccm

# publish PASSWORD TOKEN
publish() {
    profile "$(active tell "<string name=\"password\">$1</string><string name=\"user\">grid</string>")" '<nlist name="system">
        <list name="secrets"><string>/software/components/*/password</string><string>/system/tokens</string></list>
        <nlist name="tokens"><nlist name="site"><string name="a">'"$2"'</string></nlist><long name="n">7</long></nlist></nlist>'
}
cp "$(command -v ccm)" "$scratch/ccm"   # where everybody may come
as_nobody() { shift; setpriv --reuid nobody --regid nogroup --clear-groups env WEFT_ROOT="$node" "$scratch/ccm" "$@"; }
component tell </dev/null

publish hunter2 t0ken-one
ok 'the profile is stored' 'ccm-fetch && ccm get /software/components/tell/user | grep -qx grid'
ok 'nobody finds a secret in any file that is not for root alone' '
    for word in hunter2 t0ken-one; do
        grep -rl "$word" "$cache" >with
        while read -r f; do test "$(stat -c %a "$f")" = 600 || { echo "$f has $word"; exit 1; }; done <with
    done'
ok 'nor its plain checksum' '
    sum_of() { printf "$1\036string" | md5sum | cut -c1-32; }
    grep -q "$(sum_of grid)" "$cache"/profile.1/eid2data.db
    ! grep -q "$(sum_of hunter2)" "$cache"/profile.1/eid2data.db'
ok 'REQ-C-7, C.6: nobody may ask, and sees ***' '
    as_nobody ccm get /software/components/tell/password >got; echo "***" | same - got
    as_nobody ccm get /system/tokens/site/a >got; echo "***" | same - got
    as_nobody ccm get /system/tokens/n >got; echo 7 | same - got'
ok 'nobody may not have it' 'code 77 as_nobody ccm --secrets get /system/tokens/site/a 2>err; grep -q "may not read the secrets" err'
ok 'root sees *** too, and the value when it asks' '
    ccm get /software/components/tell/password >got; echo "***" | same - got
    ccm --secrets get /software/components/tell/password >got; echo hunter2 | same - got
    ! ccm --dumpdb | grep -q hunter2'
ok 'the component has it' '
    ncd --configure tell
    grep -q hunter2 input.tell'
ok 'the cache is verified with the secrets, and told to be unverifiable without' '
    ccm verify
    code 65 as_nobody ccm verify >got; grep -q "has secrets" got'
ok 'a change of a secret is a change, told without its value' '
    publish hunter3 t0ken-one; ccm-fetch
    code 1 ccm diff 1 2 >got; printf "%s\n" "- /software/components/tell/password = ***" "+ /software/components/tell/password = ***" | same - got
    code 1 as_nobody ccm diff 1 2 >got.nobody; same got got.nobody
    code 1 ccm --secrets diff 1 2 >got; grep -q hunter3 got'
ok 'a list that is none is refused, the old profile stays' '
    sed -i "s#<string>/system/tokens</string>#<string>tokens</string>#" profile.xml
    code 2 ccm-fetch 2>err
    cat err; grep -q "/system/secrets/1. is no path" err; ccm --secrets get /software/components/tell/password | grep -qx hunter3'
ok 'a site that needs it can have it the historic way' '
    publish hunter4 t0ken-one; echo "secrets_apart 0" >>$node/etc/ccm.conf; ccm-fetch; ccm get /software/components/tell/password | grep -qx hunter4; test ! -e $cache/profile.3/secrets'
done_testing
