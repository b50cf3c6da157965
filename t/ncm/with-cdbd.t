#!/bin/sh
# A node and its database: a commit wakes the node, the one component it concerns runs, the node says what became
# of it; the node sees its own profile only.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
me=lxb001.example.org
. "$WEFT_SRC/t/ncm/node.sh"
unset WEFT_ROOT   # the server lives here as well

stop_node() { for p in cdispd cdp-listend; do [ ! -s "$node/run/weft/$p.pid" ] || kill "$(cat "$node/run/weft/$p.pid")"; done 2>/dev/null; }
cleanup() { stop_node; server_stop; }
start_node() {
    for p in cdispd cdp-listend; do
        rm -f up; WEFT_ROOT=$node $p -v --ready-fd 9 9>up >>node.log 2>&1 & until_true 10 test -s up || return 1
    done
}
ccm_here() { WEFT_ROOT=$node ccm "$@"; }
reported() { until_true 10 sh -c ". $scratch/ask.sh; ask admin /api/v1/nodes/$me/status | tee $scratch/status | jq -e '$1' >/dev/null" || { cat status node.log; false; }; }
cat >ask.sh <<END
ask() { curl -sS --cert $scratch/pki/\$1.crt --key $scratch/pki/\$1.key --cacert $scratch/pki/ca.crt $url\$2; }
END
cat >"$node/etc/ccm.conf" <<END
profile $url/profiles/$me.xml
cert_file /etc/node.crt
key_file /etc/node.key
ca_file /etc/ca.crt
retrieve_wait 1
END
for f in "$me.crt:node.crt" "$me.key:node.key" ca.crt:ca.crt; do cp "pki/${f%:*}" "$node/etc/${f#*:}"; done
printf 'address = 127.0.0.1\nport = %s\nfetch_smear = 0\nmin_interval = 0\npoll_retry = 0.5\n' "$notify_port" >"$node/etc/cdp-listend.conf"
printf 'interval = 0.5\nretry-first = 0.5\n' >"$node/etc/ncm-cdispd.conf"
for c in foo bar time; do component $c </dev/null; done
cat >>site/service/base.pan <<'END'
'/software/components/foo' = dict('active', true, 'dispatch', true, 'value', 1);
'/software/components/bar' = dict('active', true, 'dispatch', true);
END
start_node || exit 99
server_start || exit 99

ok 'REQ-D-8: the first commit configures the node' '
    as_admin commit -m first -I profiles -I . site >/dev/null && until_true 15 grep -qs "configure foo" runs && reported ".status == \"ok\" and .runs == 1" && grep -q "configure bar" runs'
rm -f runs
ok 'one changed value runs one component' '
    sed -i "s/.value., 1/\"value\", 2/" site/service/base.pan && as_admin commit -m second -I profiles -I . site >/dev/null &&
    until_true 15 grep -qs "configure foo" runs && reported ".runs == 2 and .cid == 2" && test "$(cat runs)" = "configure foo" && jq -e ".tree.value == 2 and .previous.value == 1 and .revision == \"2\"" input.foo'
ok 'REQ-C-6: why names the line of the template' 'ccm_here why /software/components/foo/value | grep -q "^/software/components/foo/value = 2 set by service/base.pan:[0-9]*:[0-9]*$"'
ok 'the profile of another node is refused' '
    WEFT_ROOT=$node code 2 ccm-fetch --foreign --cache_root $scratch/other --profile $url/profiles/lxb002.example.org.xml --retrieve_retries 1 2>err && grep -q "answered 403" err'
component foo <<'END'
echo '{"level":"error","msg":"no space on the moon"}'; exit 1
END
ok 'REQ-D-8: a failing component is known to the database, with its reason' '
    sed -i "s/.value., 2/\"value\", 3/" site/service/base.pan && as_admin commit -m third -I profiles -I . site >/dev/null &&
    reported ".status == \"failed\" and .runs == 3 and ([.components[] | select(.name == \"foo\" and .message == \"no space on the moon\")] | length == 1)"'
component foo </dev/null
ok 'and so is its recovery' 'reported ".status == \"ok\" and .runs == 3"'
server_stop
ok 'without the server the node keeps what it has, and says so' 'WEFT_ROOT=$node code 2 ccm-fetch --retrieve_retries 1 2>err && grep -q "localhost:$port" err && test "$(ccm_here get /software/components/foo/value)" = 3'
rm -f runs
ok 'REQ-D-8: a report that did not arrive comes later' '
    echo pause >$node/etc/noquattor; until_true 5 jq -e ".status == \"paused\"" $node/var/lib/weft/ncm/status.json && server_start && reported ".status == \"paused\" and .message == \"pause\"" && rm $node/etc/noquattor && reported ".status == \"ok\""'
done_testing
