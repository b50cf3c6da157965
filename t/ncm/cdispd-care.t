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
for c in quick slow after middle; do component $c </dev/null; done

# ---- pauses
profile "$(active quick)"
fetch
ok 'REQ-D-7: a pause with a reason holds everything, and is told' '
    ncm-pause 1h moving the racks
    start
    status ".status == \"paused\" and .message == \"moving the racks\""
    test -z "$(runs)"
    ncm-pause | grep -q "^paused for 3[0-9]* s more: moving the racks$"'
ok 'REQ-D-7: ended by hand, the work is done at once' '
    ncm-pause --end
    status ".status == \"ok\" and .components[0].status == \"ok\""
    test "$(runs)" = "configure quick"
    code 1 ncm-pause
    code 1 ncm-pause --end 2>err'
profile "$(active quick '<long name="n">1</long>')"
ok 'REQ-D-7: it ends by itself' '
    ncm-pause 1s soon over
    fetch
    until_true 10 grep -qs quick runs
    status ".status == \"ok\""'
runs >/dev/null
ok 'nonsense is refused' '
    code 64 ncm-pause soon x 2>err
    grep -q "is no time" err
    code 64 ncm-pause 1h 2>err
    code 64 ncm-pause 400d x 2>err'
stop
ok 'a pause that cannot be ended is told' '
    rm -f $node/var/lib/weft/ncm/pause
    mkdir $node/var/lib/weft/ncm/pause
    code 74 ncm-pause --end 2>err
    rmdir $node/var/lib/weft/ncm/pause
    grep -q "cannot remove .*pause" err'

# ---- windows
elsewhere=$(date -d '+12 hours' +%H):00-$(date -d '+13 hours' +%H):00
profile "$(active quick '<long name="n">2</long>')$(care slow window)$(active after "$(pre slow)")"
fetch
ok 'REQ-D-7: a component that waits for a window waits, and who depends on it; the others run' '
    start --windows "$elsewhere"
    status ".status == \"pending\" and (.components[] | select(.name == \"slow\").message == \"waits for the maintenance window\")"
    until_true 10 grep -qs quick runs
    test "$(runs)" = "configure quick"
    status "(.components[] | select(.name == \"slow\").next_retry) > now + 36000"'
stop
ok 'REQ-D-7: inside the window it runs' '
    start --windows "00:00-24:00"
    status ".status == \"ok\""
    runs >got
    printf "configure slow\nconfigure after\n" >want
    same want got'
stop
profile "$(active quick "$(pre middle)")$(active middle "$(post slow)")$(care slow window)$(active after)"
fetch
ok 'so do those that would pull it in, though it has nothing to do itself, and those it comes before' '
    start --windows "$elsewhere"
    status "[.components[] | select(.status == \"ok\").name] == [\"after\", \"slow\"]"
    test "$(runs)" = "configure after"'
stop
profile "$(active quick)$(active middle)$(care slow window "$(post after)")$(active after '<long name="n">1</long>')"
fetch
ok 'and those that come after it in the same run' '
    start --windows "$elsewhere"
    status "[.components[] | select(.status == \"ok\").name] == [\"middle\", \"quick\"]"
    runs >got
    printf "configure middle\nconfigure quick\n" >want
    same want got'
stop
profile "$(active quick)$(active middle)$(care slow window)$(active after)"
fetch
start --windows "00:00-24:00"
status '.status == "ok" and .cid > 5'
stop
runs >/dev/null
profile "$(active quick)"
fetch
ok 'one that leaves the profile waits as well' '
    start --windows "$elsewhere"
    status "[.components[] | [.name, .status]] == [[\"quick\", \"ok\"], [\"slow\", \"pending\"]]"
    runs >got
    printf "unconfigure after\nunconfigure middle\n" >want
    same want got'
stop
ok 'until it may go' '
    start --windows "00:00-24:00"
    status "[.components[].name] == [\"quick\"]"
    test "$(runs)" = "unconfigure slow"'
stop
ok 'a window that is none is an error of the settings' '
    code 65 cdispd -n --windows "Son 2-3" 2>err
    grep -q "is no maintenance window" err'

# ---- users
cat >drain <<END
#!/bin/sh
echo "\$1" >>$scratch/drained
test "\$1" = drain || test ! -e $scratch/shut || exit 1
test "\$1" != drain || exit \$(cat $scratch/answer)
END
chmod +x drain
drained() { cat "$scratch/drained" 2>/dev/null | tr '\n' ' '; }
asked() { test "$(grep -c '^drain$' drained)" -ge "$1"; }
drainer() { start --drain "$scratch/drain drain" --release "$scratch/drain release" --drain-retry 1 "$@"; }
# slow_is N: a profile that gives it something to do
slow_is() { profile "$(active quick "<long name='n'>$1</long>")$(care slow drain "<long name='n'>$1</long>")"; fetch; }
slow_is 3
ok 'REQ-D-7: while the node is not empty the component waits, and the others run' '
    echo 75 >answer
    drainer
    status ".drained and (.components[] | select(.name == \"slow\").message == \"waits for the node to be empty\")"
    test "$(runs | grep -v "^unconfigure")" = "configure quick"'
ok 'however often that is the answer, of another dispatcher too' '
    until_true 20 asked 3
    stop
    rm drained
    drainer
    until_true 20 asked 2
    test -z "$(runs)"
    status .drained
    ! grep release drained'
ok 'REQ-D-7: when it is, it runs, and the node is opened again' '
    echo 0 >answer
    status ".status == \"ok\" and (.drained | not)"
    test "$(runs)" = "configure slow"
    test "$(tail -1 drained)" = release'
component slow <<'END'
test -e "$NCM_ROOT/good"
END
ok 'after a failure it stays closed' '
    rm drained
    slow_is 4
    status ".status == \"failed\" and .drained"
    test "$(drained)" = "drain "'
stop
runs >/dev/null
touch "$node/good"
ok 'and is opened when the component is done at last, also by the next dispatcher' '
    drainer
    status ".status == \"ok\" and (.drained | not)"
    test "$(tail -1 drained)" = release'
stop
runs >/dev/null
echo 1 >answer
slow_is 5
ok 'a node that cannot be drained is an error, and is opened again' '
    drainer
    status "(.drained | not) and (.components[] | select(.name == \"slow\").message | startswith(\"the node cannot be drained\"))"
    test "$(runs)" = "configure quick"
    grep -q release drained'
stop

# closed: the node is not empty, and slow waits
closed() { rm -f drained; echo 75 >answer; slow_is "$1"; drainer; status .drained && runs >/dev/null; }
open() { status '.drained | not' && test "$(tail -1 drained)" = release; }
ok 'what no longer needs it empty opens it' '
    closed 6
    profile "$(active slow)"
    fetch
    open
    status ".status == \"ok\""'
stop
ok 'so does the end of the window' '
    closed 7
    stop
    drainer --windows "$elsewhere"
    open
    status "(.components[] | select(.name == \"slow\").message == \"waits for the maintenance window\")"
    test -z "$(runs)"'
stop
touch shut
ok 'a node that does not open is tried again' '
    closed 8
    stop
    echo 0 >answer
    drainer --interval 0.3
    status ".status == \"ok\" and .drained"
    rm shut
    open
    grep -q "cannot open the node again" log'
stop
component quick <<'END'
exit 1
END
ok 'what failed but does not need it does not keep it closed' '
    echo 75 >answer
    closed 9
    status "(.components[] | select(.name == \"quick\").status == \"failed\")"
    stop
    profile "$(active quick)$(active slow)"
    fetch
    drainer
    open
    status ".status == \"failed\""'
stop
component quick </dev/null
runs >/dev/null
rm drained
echo 0 >answer
ok 'under noaction nobody is sent away' '
    slow_is 10
    drainer --noaction
    until_true 10 grep -qs slow runs
    grep -q "would drain the node" log
    status ".drained | not"
    test ! -e drained'
stop

# ---- drift
rm "$node/var/lib/weft/ncm/dispatch.json"
echo "component-dir = $WEFT_OUT/bin/ncm" >"$node/etc/ncm-ncd.conf"
profile "$(active filecopy '<nlist name="services"><nlist name="_2fetc_2fmotd"><string name="config">welcome</string></nlist></nlist>')"
fetch
ok 'REQ-D-9: a file changed by hand is told' '
    start --drift 0.3
    status ".status == \"ok\""
    echo by hand >$node/etc/motd
    status ".components[0].drift == [\"/etc/motd\"]"
    grep -q "by hand" $node/etc/motd
    grep -q ".filecopy. is no longer as it was configured: /etc/motd" log
    test "$(grep -c "no longer as it was" log)" = 1'
stop
ok 'REQ-D-9: put right by hand, that is told too' '
    start --drift 0.3
    status ".components[0].drift"
    printf welcome >$node/etc/motd
    status ".components[0] | has(\"drift\") | not"'
stop
ok 'REQ-D-9: and it can be repaired' '
    echo by hand >$node/etc/motd
    start --drift 0.3 --drift-repair
    until_true 10 grep -q welcome $node/etc/motd
    status ".status == \"ok\""'
stop

# ---- local repair: by times and sizes
printf '#!/bin/sh\ncase "$*" in *--check*) echo check >>%s/asked ;; esac\nexec %s/ncd "$@"\n' "$scratch" "$WEFT_OUT/bin" >ncd-spy && chmod +x ncd-spy
asked() { wc -l 2>/dev/null <asked || echo 0; }
files() { start --drift-files 0.2 --ncd "$scratch/ncd-spy" "$@"; }
ok 'as long as all files are as they were no process is started' '
    rm -f asked
    files
    until_true 10 test -s asked
    sleep 1
    test "$(asked)" = 1'
ok 'a file that vanished is told, and asked about once' '
    rm $node/etc/motd
    status ".components[0].drift == [\"/etc/motd\"]"
    sleep 0.8
    test "$(asked)" = 2
    test ! -e $node/etc/motd'
ok 'one that was only touched is asked about and is fine' '
    printf welcome >$node/etc/motd
    status ".components[0] | has(\"drift\") | not"
    n=$(asked)
    touch -d yesterday $node/etc/motd
    until_true 10 sh -c "test \$(wc -l <asked) -gt $n"
    sleep 0.5
    status ".components[0] | has(\"drift\") | not"'
stop
ok 'with the policy to repair, what vanished, changed or lost its mode is put back, and counted' '
    rm $node/etc/motd
    files --drift-repair
    until_true 10 grep -q welcome $node/etc/motd
    status ".components[0].repairs == 1"
    echo by hand >$node/etc/motd
    until_true 10 grep -q welcome $node/etc/motd
    status ".components[0].repairs == 2"'
ok 'who writes it again and again is told, and left alone after three times' '
    for i in 1 2 3; do echo "by hand $i" >$node/etc/motd; sleep 1; done
    status ".components[0] | .repairs == 3 and .drift == [\"/etc/motd\"]"
    grep -q "by hand 3" $node/etc/motd
    grep -q "repaired 3 times within an hour" log'
stop
done_testing
