#!/bin/sh
# One value walks all the way through: template, checked profile, committed database, woken node, changed file; a
# mistake does not get out; a node that cannot reach its server keeps what it has and catches up.
. "${WEFT_SRC:-.}/t/lib.sh"
site=$scratch
site_poll=2
. "$WEFT_SRC/t/suite/site.sh"
cleanup() { site_stop; }
node=lxb001.example.org other=lxdisk01.example.org
file=etc/systemd/timesyncd.conf.d/site.conf
global=$site/templates/example/site/global.pan
at() { echo "$site/node/$1"; }
ran() { jq -r '[.components[].name] | join(" ")' "$(at "$1")/var/lib/weft/ncm/last-run.json"; }

ok 'server and nodes start' '
    site_make && site_node_make $node && site_node_make $other && site_server_start'
ok 'the example site is committed' 'site_templates && site_first_commit "the example site"'
ok 'both nodes fetch and apply their profiles' '
    site_node_start $node && site_node_start $other && until_true 60 site_applied $node && until_true 60 site_applied $other'
ok 'the file a component writes says what the template says' 'grep -q ntp3.example.org $(at $node)/$file'
ok 'a node may not read the profile of another' '
    curl -s --cert $(at $node)/etc/weft/node.crt --key $(at $node)/etc/weft/node.key --cacert $(at $node)/etc/weft/ca.crt \
        -o body -w "%{http_code}" $site_url/profiles/$other.xml >status
    cat status body; grep -q 403 status && ! grep -q nlist body'

ok 'a wrong commit is refused with file, line, column and reason, and leaves no revision' '
    site_cdb log -l 1 >before
    sed -i "s/10\.1\.0\.1/10.3.0.1/" $site/templates/example/site/subnets.pan
    code 65 site_commit wrong 2>err
    cat err
    grep -q "^[^ :]*\.pan:[0-9]*:[0-9]*: error: .*" err && grep -q "gateway 10.3.0.1 is outside the network" err &&
    site_cdb log -l 1 >after && same before after &&
    sed -i "s/10\.3\.0\.1/10.1.0.1/" $site/templates/example/site/subnets.pan'

ok 'a changed value reaches both nodes, and one component runs' '
    sed -i "s/ntp3\.example/ntp4.example/" $global
    site_commit "ntp4" &&
    until_true 30 grep -q ntp4.example.org $(at $node)/$file && until_true 30 grep -q ntp4.example.org $(at $other)/$file &&
    until_true 30 site_applied $node && ran $node >ran && cat ran && test "$(cat ran)" = metaconfig'
ok 'ccm why names the template line behind the value' '
    path=$(ccm --root $(at $node) --format tabcompletion / | grep timesyncd | grep NTP | grep -v "/$" | head -1)
    ccm --root $(at $node) why "$path" >why && cat why && grep -q "set by site/global.pan:12:" why'
ok 'the server knows which profile each node runs' '
    until_true 20 sh -c "HOME=$site cdb -f $site/cdb.conf status >lag 2>&1 && ! grep -q $node lag"'

ok 'a commit that changes nothing on a node does not wake it' '
    before=$(cat $(at $node)/var/lib/ccm/current.cid)
    echo "# a remark" >>$global && site_commit remark && sleep 1 &&
    test "$(cat $(at $node)/var/lib/ccm/current.cid)" = "$before"'

ok 'with the server gone a node keeps its profile and says why' '
    site_end_program cdbd
    code 2 ccm-fetch --root $(at $node) 2>err
    cat err; grep -q "127.0.0.1" err && ccm --root $(at $node) verify'
ok 'it catches up when the server is back, by its own poll' '
    site_server_start && sed -i "s/ntp4\.example/ntp5.example/" $global && site_commit "ntp5" &&
    until_true 30 grep -q ntp5.example.org $(at $node)/$file'

ok 'with a certificate of another authority nothing is fetched' '
    cdb-pki -C $scratch/other-pki init >pki.out 2>&1
    cdb-pki -C $scratch/other-pki node $node >>pki.out 2>&1
    cp $scratch/other-pki/$node.crt wrong.crt
    cp $scratch/other-pki/$node.key wrong.key
    not ccm-fetch --root $(at $node) --force --cert_file $scratch/wrong.crt --key_file $scratch/wrong.key 2>err
    cat err; grep -qi "certificate\|alert" err && ccm --root $(at $node) verify'

if [ "$(id -u)" = 0 ] && mkdir -p tiny && mount -t tmpfs -o size=4m tmpfs tiny 2>/dev/null; then
    cleanup() { site_stop; umount "$scratch/tiny"; }
    ok 'on a full disk the node keeps the last good profile, says why, and goes on when there is room' '
        ccm-fetch --root $(at $node) --cache_root $scratch/tiny/ccm --force || return 1
        cid=$(cat tiny/ccm/current.cid)
        dd if=/dev/zero of=tiny/fill bs=1k 2>/dev/null || true
        not ccm-fetch --root $(at $node) --cache_root $scratch/tiny/ccm --force 2>err
        cat err; grep -q "No space left" err && test "$(cat tiny/ccm/current.cid)" = $cid &&
        ccm --root $(at $node) --cache_root $scratch/tiny/ccm verify &&
        rm tiny/fill && ccm-fetch --root $(at $node) --cache_root $scratch/tiny/ccm --force'
else
    skip 'on a full disk the node keeps the last good profile' 'needs root to mount a small file system'
fi
done_testing
