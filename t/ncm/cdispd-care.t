#!/bin/sh
# cdispd waits when it must: pauses, maintenance windows, users on the node; and it sees what was changed by hand.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

cat >"$node/etc/ncm-cdispd.conf" <<END
interval = 600
retry-first = 600
END
cleanup() { stop; }
pidfile=$node/run/weft/cdispd.pid
pid() { cat "$pidfile"; }
start() {
    rm -f ready
    cdispd -v --ready-fd 9 "$@" 9>ready >>log 2>&1 &
    until_true 10 test -s ready
}
stop() { [ ! -s "$pidfile" ] || { kill "$(pid)" 2>/dev/null; until_true 15 flock -n "$pidfile" true; }; }
status() { until_true 10 jq -e "$1" "$node/var/lib/weft/ncm/status.json" >jq.log 2>&1 || { cat "$node/var/lib/weft/ncm/status.json"; false; }; }
fetch() { ccm-fetch 2>>fetch.log; }
care() { active "$1" "<string name='maintenance'>$2</string>$3"; }
for c in quick slow after; do component $c </dev/null; done

# ---- pauses
profile "$(active quick)"
fetch
ok 'a pause with a reason holds everything, and is told' '
    ncm-pause 1h moving the racks && start && status ".status == \"paused\" and .message == \"moving the racks\"" && test -z "$(runs)" && ncm-pause | grep -q "^paused for 3[0-9]* s more: moving the racks$"'
ok 'ended by hand, the work is done at once' 'ncm-pause --end && status ".status == \"ok\"" && test "$(runs)" = "configure quick" && code 1 ncm-pause && code 1 ncm-pause --end 2>err'
profile "$(active quick '<long name="n">1</long>')"
ok 'it ends by itself' 'ncm-pause 1s soon over && fetch && until_true 10 grep -qs quick runs && status ".status == \"ok\""; runs >/dev/null'
ok 'nonsense is refused' 'code 64 ncm-pause soon x 2>err && grep -q "is no time" err && code 64 ncm-pause 1h 2>err && code 64 ncm-pause 400d x 2>err'
stop

# ---- windows
elsewhere=$(date -d '+12 hours' +%H):00-$(date -d '+13 hours' +%H):00
profile "$(active quick '<long name="n">2</long>')$(care slow window)$(active after "$(pre slow)")"
ok 'a component that waits for a window waits, and who depends on it; the others run' '
    fetch; start --windows "$elsewhere" && status ".status == \"pending\" and (.components[] | select(.name == \"slow\").message == \"waits for the maintenance window\")" &&
    until_true 10 grep -qs quick runs && test "$(runs)" = "configure quick" && status "(.components[] | select(.name == \"slow\").next_retry) > now + 36000"; stop'
ok 'inside the window it runs' 'start --windows "00:00-24:00" && status ".status == \"ok\"" && runs >got && printf "configure slow\nconfigure after\n" >want && same want got; stop'
ok 'a window that is none is an error of the settings' 'code 65 cdispd -n --windows "Son 2-3" 2>err && grep -q "is no maintenance window" err'

# ---- users
cat >drain <<END
#!/bin/sh
echo "\$1" >>$scratch/drained
test "\$1" != drain || exit \$(cat $scratch/answer)
END
chmod +x drain
profile "$(active quick '<long name="n">3</long>')$(care slow drain '<long name="n">3</long>')"
drained() { cat "$scratch/drained" 2>/dev/null | tr '\n' ' '; }
ok 'while the node is not empty the component waits, and the others run' '
    echo 75 >answer; fetch; start --drain "$scratch/drain drain" --release "$scratch/drain release" --drain-retry 1 && status ".drained and (.components[] | select(.name == \"slow\").message == \"waits for the node to be empty\")" &&
    runs | grep -v after >got && echo "configure quick" >want && same want got'
ok 'when it is, it runs, and the node is opened again' '
    echo 0 >answer; status ".status == \"ok\" and (.drained | not)" && test "$(runs)" = "configure slow" && test "$(tail -1 drained)" = release'
component slow <<'END'
test -e "$NCM_ROOT/good"
END
profile "$(care slow drain '<long name="n">4</long>')"
ok 'after a failure it stays closed' 'rm drained; fetch && status ".status == \"failed\" and .drained" && test "$(drained)" = "drain "'
ok 'and is opened when the component is done at last, also by the next dispatcher' '
    stop; touch $node/good; start --drain "$scratch/drain drain" --release "$scratch/drain release" && status ".status == \"ok\" and (.drained | not)" && test "$(tail -1 drained)" = release; runs >/dev/null'
ok 'a node that cannot be drained is an error, and is opened again' '
    stop; echo 1 >answer; profile "$(care slow drain "<long name=\"n\">5</long>")"; fetch; start --drain "$scratch/drain drain" --release "$scratch/drain release" &&
    status "(.drained | not) and (.components[] | select(.name == \"slow\").message | startswith(\"the node cannot be drained\"))" && test -z "$(runs)"'
stop

# ---- drift
rm "$node/var/lib/weft/ncm/dispatch.json"
echo "component-dir = $WEFT_OUT/bin/ncm" >"$node/etc/ncm-ncd.conf"
profile "$(active filecopy '<nlist name="services"><nlist name="_2fetc_2fmotd"><string name="config">welcome</string></nlist></nlist>')"
fetch
ok 'a file changed by hand is told' '
    start --drift 0.3 && status ".status == \"ok\"" && echo by hand >$node/etc/motd && status ".components[0].drift == [\"/etc/motd\"]" && grep -q "by hand" $node/etc/motd &&
    grep -q ".filecopy. is no longer as it was configured: /etc/motd" log && test "$(grep -c "no longer as it was" log)" = 1; stop'
ok 'put right by hand, that is told too' 'start --drift 0.3 && status ".components[0].drift" && printf welcome >$node/etc/motd && status ".components[0] | has(\"drift\") | not"; stop'
ok 'and it can be repaired' 'echo by hand >$node/etc/motd; start --drift 0.3 --drift-repair && until_true 10 grep -q welcome $node/etc/motd && status ".status == \"ok\""; stop'
done_testing
