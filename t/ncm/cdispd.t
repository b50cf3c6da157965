#!/bin/sh
# cdispd runs the components a change concerns, no others, and forgets none, whatever happens to it.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

# REQ-D-2: with ten minutes between two looks, what runs within seconds of a fetch was not found by looking.
cat >"$node/etc/ncm-cdispd.conf" <<END
interval = 600
retry-first = 600
END
cleanup() { stop; }
# Claims run in subshells: the process is found by its pid file, its end by the lock on it.
pidfile=$node/run/weft/cdispd.pid
pid() { cat "$pidfile"; }
start() {
    rm -f ready
    cdispd -v --ready-fd 9 "$@" 9>ready >>log 2>&1 &
    until_true 60 test -s ready
}
gone() { until_true 60 flock -n "$pidfile" true; }
stop() { [ ! -s "$pidfile" ] || { kill "$(pid)" 2>/dev/null; gone; }; }
# settled: everything of the current profile was looked at and nothing runs
settled() {
    until_true 60 sh -c "jq -e --argjson cid \$(cat $node/var/lib/ccm/current.cid) '.cid == \$cid and .status != \"pending\"' $node/var/lib/weft/ncm/status.json >/dev/null 2>&1"
}
# ran 'what': after the next profile exactly this was run
ran() { ccm-fetch && settled && runs >got && printf "$1" >want && same want got; }

register='<list name="register_change"><string>/system/network</string></list>'
net() { printf '<nlist name="system"><nlist name="network"><string name="hostname">%s</string></nlist></nlist>' "$1"; }
for c in foo bar baz; do component $c </dev/null; done

profile "$(active foo)$(active bar "$register")" "$(net a)"
start
ok 'REQ-D-1: a new node: everything active runs' 'ran "configure bar\nconfigure foo\n"'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")" "$(net a)"
ok 'REQ-D-1, REQ-D-2: a change of its own configuration runs a component' 'ran "configure foo\n"'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")" "$(net b)"
ok 'REQ-D-1: so does one of a registered path' 'ran "configure bar\n"'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")" "$(net b)<string name='other'>1</string>"
ok 'REQ-D-1: a change nobody watches runs nobody' 'ran ""'
ok 'REQ-D-1: the same profile under a new number runs nobody' 'ccm-fetch --force && ran ""'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")$(active baz)" "$(net b)"
ok 'REQ-D-1: a new component runs' 'ran "configure baz\n"'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")$(active baz)" "$(net b)<nlist name='unused'/>"
sed -i 's/<nlist name="software">/<nlist name="software"><nlist name="packages"><nlist name="ncm_2dbaz"><string name="v">1<\/string><\/nlist><\/nlist>/' profile.xml
ok 'REQ-D-1: a change of its package runs a component' 'ran "configure baz\n"'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")<nlist name='baz'><boolean name='active'>true</boolean></nlist>" "$(net b)"
ok 'REQ-D-1: one without dispatch is not run, and that is told' 'ran "" && grep -q "baz. does not say whether it is dispatched" log'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")$(active baz)" ""
ok 'REQ-D-1: a registered path that went counts as a change, and is told' 'ran "configure bar\nconfigure baz\n" && grep -q "bar. registers ./system/network., which the profile does not have" log'
profile "$(active foo '<string name="x">1</string>')<nlist name='bar'><boolean name='active'>false</boolean></nlist>" ""
ok 'REQ-D-5, D.2: what is deactivated or removed is unconfigured' 'ran "unconfigure bar\nunconfigure baz\n" && jq -e ".tree == null and .previous.active" input.baz'
profile "$(active foo '<string name="x">1</string>')$(active bar "$register")" "$(net b)"
ok 'activated again, it runs' 'ran "configure bar\n"'

# ---- failures
component foo <<'END'
echo '{"level":"error","msg":"disk on fire"}'; exit 1
END
profile "$(active foo '<string name="x">2</string>')$(active bar "$register")" "$(net b)"
ok 'a failure is told, with its reason' 'ran "configure foo\n" && grep -q ".foo. failed (1 in a row), next try in 600 s: disk on fire" log &&
    jq -e ".status == \"failed\" and (.components[] | select(.name == \"foo\").message == \"disk on fire\")" $node/var/lib/weft/ncm/status.json'
profile "$(active foo '<string name="x">2</string>')$(active bar "$register")" "$(net c)"
ok 'REQ-D-1: with the next profile it is tried again, beside those the change concerns' 'ran "configure bar\nconfigure foo\n"'
profile "$(active foo '<string name="x">2</string>')$(active bar "$register")" "$(net c)<string name='other'>2</string>"
ok 'REQ-D-6: its failure does not make others run' 'ran "configure foo\n"'
stop
ok 'REQ-D-3, D.2: a restart forgets nothing and runs only what is not done' 'start && settled && runs >got && echo "configure foo" >want && same want got'
component foo </dev/null
ok 'SIGUSR1 tries again at once' 'kill -USR1 $(pid); until_true 30 grep -qs foo runs && until_true 30 jq -e ".status == \"ok\"" $node/var/lib/weft/ncm/status.json && test "$(runs)" = "configure foo"'
stop
component foo <<'END'
test -e "$NCM_ROOT/mended"
END
profile "$(active foo '<string name="x">3</string>')$(active bar "$(pre foo)")" ""
printf 'retry-first = 0.3\ninterval = 600\n' >"$node/etc/ncm-cdispd.conf"
ok 'REQ-D-4, D.2: a failed one is tried by the clock, and what waited for it runs with it' '
    ccm-fetch
    start
    until_true 30 sh -c "test \$(grep -c \"configure foo\" runs) -ge 3"
    not grep -q "configure bar" runs
    touch $node/mended
    until_true 30 grep -qs "configure bar" runs
    settled
    until_true 5 jq -e ".status == \"ok\"" $node/var/lib/weft/ncm/status.json
    runs >/dev/null'

# ---- life
ok 'REQ-D-8: a second instance is refused' 'code 75 cdispd 2>err && grep -q "runs already as process $(pid)" err'
profile "$(active foo '<string name="x">4</string>')" ""
ok 'REQ-D-7, D.2: noquattor pauses it, and is told' '
    echo "disk exchange" >$node/etc/noquattor; until_true 5 jq -e ".status == \"paused\" and .message == \"disk exchange\"" $node/var/lib/weft/ncm/status.json &&
    ccm-fetch --force-quattor && sleep 0.3 && test -z "$(runs)"'
ok 'REQ-D-7: its removal ends the pause at once' 'rm $node/etc/noquattor; settled && runs | grep -q "configure foo"'
component foo <<'END'
sleep 1; echo end >>"$NCM_ROOT/ended"
END
profile "$(active foo '<string name="x">5</string>')" ""
ok 'REQ-D-8: a clean stop waits for the component that runs' '
    ccm-fetch
    until_true 30 test -s runs
    stop
    test -s $node/ended
    runs >/dev/null'
profile "$(active foo '<string name="x">6</string>')" ""
ccm-fetch; rm -f "$node/ended"
ok 'REQ-D-3: killed while a component runs, the next one does the work again' '
    start
    until_true 30 test -s runs
    kill -9 $(pid)
    gone
    start
    settled
    until_true 30 test -s $node/ended
    grep -c "configure foo" runs
    runs >/dev/null'
stop
component foo </dev/null
ok 'REQ-D-3: the initial run can be everything' 'start --initial-run all && settled && until_true 5 test -s runs && sleep 0.2 && runs >got && echo "configure foo" >want && same want got'
stop
profile "$(active foo '<string name="x">7</string>')" ""
ok 'REQ-D-3: or nothing: the profile is taken for done' '
    ccm-fetch && start --initial-run none && settled && test -z "$(runs)" && profile "$(active foo "<string name=\"x\">8</string>")" "" && ran "configure foo\n"'
stop
component foo <<'END'
sleep 0.05; echo "$1" >>"$NCM_ROOT/ended"
END
for i in $(seq 1 25); do
    profile "$(active foo "<long name='x'>$i</long>")$(active bar "<long name='x'>$i</long>$(pre foo)")" ""
    ccm-fetch 2>/dev/null
    start || break
    perl -e 'select undef, undef, undef, rand 0.25'
    if [ $((i % 2)) = 0 ]; then kill -9 "$(pid)"; else kill -9 "$(cat "$node/var/lock/quattor/ncm-ncd")" 2>/dev/null; kill -9 "$(pid)"; fi
    gone
done
ok 'REQ-D-3: killed twenty-five times, dispatcher and runner, it comes to what the last profile says' '
    start && settled && until_true 15 jq -e ".status == \"ok\" and .cid == $(cat $node/var/lib/ccm/current.cid)" $node/var/lib/weft/ncm/status.json &&
    jq -e ".tree.x == 25" input.foo && jq -e ".tree.x == 25" input.bar && code 0 ncd --report'
stop; runs >/dev/null
ok 'settings are checked' '
    cdispd -n && echo "intervall = 5" >bad.conf && code 78 cdispd -n -f bad.conf 2>err && grep -q "did you mean .interval." err && code 64 cdispd --interval soon'
ok 'without a cache it waits for one' '
    rm -r $node/var/lib/ccm $node/var/lib/weft; start && ccm-fetch && until_true 30 grep -qs "configure foo" runs'
done_testing
