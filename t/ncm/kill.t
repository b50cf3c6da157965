#!/bin/sh
# Killed at any moment of fetch, dispatch and component run, the node comes to what its last profile says: no managed
# file is ever half, and the service has read the file that is there. NCM_KILLS (40) says how often; 500 before a release.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
kills=${NCM_KILLS:-40}
pidfile=$node/run/weft/cdispd.pid
reader=
cleanup() { touch stop; [ -z "$reader" ] || wait "$reader"; [ ! -s "$pidfile" ] || kill -9 "$(cat "$pidfile")" 2>/dev/null; }
gone() { until_true 15 flock -n "$pidfile" true && until_true 15 flock -n "$node/var/lock/quattor/ncm-ncd" true; }
start() { rm -f ready; cdispd --ready-fd 9 9>ready >>log 2>&1 & until_true 15 test -s ready; }

printf 'interval = 600\nretry-first = 1\nretry-most = 2\n' >"$node/etc/ncm-cdispd.conf"
# A service that reads its file when it is restarted.
cat >service <<END
#!/bin/sh
cp "$node/etc/app" "$node/running.new" && mv "$node/running.new" "$node/running"
END
chmod +x service
echo "service-command = $scratch/service" >>"$node/etc/ncm-ncd.conf"
component app <<'END'
echo $$ >"$NCM_ROOT/component.pid"
text=$(jq -r .tree.text <"$NCM_ROOT/../input.app")
{ echo "$text"; head -c 20000 /dev/zero | tr '\0' x; echo; echo "$text"; } | ncm-file -c -m 640 /etc/app && ncm-service restart appd
exit 0
END
set_text() { profile "$(active app "<string name='text'>$1</string>")"; }
set_text v0; ccm-fetch 2>>fetch.log
start && until_true 20 test -s "$node/running" || { cat log; exit 99; }

# What a reader sees: always both ends of one version, always a whole profile.
while [ ! -e stop ]; do
    cp "$node/etc/app" read.copy && [ "$(wc -l <read.copy)" = 3 ] && [ "$(head -1 read.copy)" = "$(tail -1 read.copy)" ] || echo "half: $(head -c 40 read.copy)" >>half
    ccm get /software/components/app/text >read.value 2>read.err || echo "no profile: $(cat read.err)" >>half
    echo >>reads
    sleep 0.02
done &
reader=$!

hit=0 i=0
while [ $i -lt "$kills" ]; do
    i=$((i + 1))
    set_text "v$i"
    ccm-fetch 2>>fetch.log &
    fetch=$!
    perl -e 'select undef, undef, undef, rand 0.25'
    case $((i % 4)) in
    0) victim=$fetch ;;
    1) victim=$(cat "$pidfile") ;;
    2) victim=$(cat "$node/var/lock/quattor/ncm-ncd" 2>/dev/null) ;;
    3) victim=$(cat "$node/component.pid" 2>/dev/null) ;;
    esac
    # Only what still is ours: a number that was given to somebody else has another folder.
    if [ -n "$victim" ] && tr "\0" "\n" 2>/dev/null <"/proc/$victim/environ" | grep -q "^\(WEFT_ROOT\|NCM_ROOT\)=$node$"; then kill -9 "$victim" 2>/dev/null && hit=$((hit + 1)); fi
    wait $fetch 2>/dev/null
    if flock -n "$pidfile" true; then gone; start || break; fi
done
set_text last
ccm-fetch 2>>fetch.log
ok "killed at $kills moments, it comes to what the last profile says" '
    echo "$hit of them hit something"; test $hit -gt 0
    until_true 30 jq -e ".status == \"ok\" and .cid == $(cat $node/var/lib/ccm/current.cid)" $node/var/lib/weft/ncm/status.json && test "$(head -1 $node/etc/app)" = last'
ok 'the service has read the file that is there' 'cmp $node/etc/app $node/running'
touch stop; wait "$reader"; reader=
ok 'no reader saw half a file or half a profile' 'test "$(wc -l <reads)" -gt 5 && if [ -s half ]; then head half; false; fi'
ok 'nothing is left to do' 'code 0 ncd --report && test -z "$(ls $node/var/lib/weft/ncm/unfinished)" && { test ! -s $node/var/lib/weft/ncm/actions || { cat $node/var/lib/weft/ncm/actions; false; }; } && ccm verify'
done_testing
