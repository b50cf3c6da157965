#!/bin/sh
# cdp-listend fetches when it is told to, never too often, never two at once, and also when nobody tells it.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

pidfile=$node/run/weft/cdp-listend.pid
stop() { [ ! -s "$pidfile" ] || { kill "$(cat "$pidfile")" 2>/dev/null; until_true 15 flock -n "$pidfile" true; }; rm -f fetched overlap; }
cleanup() { stop; }
port=$(free_port)
# The fetch program writes a line, takes a while, and complains when another one runs.
cat >fetch <<END
#!/bin/sh
mkdir $scratch/busy 2>/dev/null || echo "\$*" >>$scratch/overlap
echo "fetch \$*" >>$scratch/fetched
sleep \$(cat $scratch/takes)
rmdir $scratch/busy
exit \$(cat $scratch/status)
END
sed 's/fetch \$/nch $/; s/busy/busy2/g' fetch >nch
chmod +x fetch nch
echo 0 >takes; echo 0 >status
cat >"$node/etc/cdp-listend.conf" <<END
# what a test needs
address = 127.0.0.1
port = $port
fetch = $scratch/fetch
nch = /nonexistent
fetch_smear = 0
min_interval = 0
fetch_at_start = 0
source_burst = 0
END
start() { rm -f ready; cdp-listend -v --ready-fd 9 "$@" 9>ready >>log 2>&1 & until_true 10 test -s ready; }
tell() { perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:'"$port"'", Proto => "udp"); $s->send($_) for map { eval qq("$_") } @ARGV' -- "$@"; }
fetches() { cat fetched 2>/dev/null | wc -l; }
# exactly N: so many come, and no more of them
exactly() { until_true 10 sh -c "test \$(cat fetched 2>/dev/null | wc -l) -ge $1" && sleep 0.3 && test "$(fetches)" = "$1"; }

ok 'a notification makes a fetch, with its time' '
    start
    tell "ccm\\0001700000000"
    exactly 1
    grep -qx "fetch --profile-time=1700000000" fetched
    stop'
ok 'any separator, and a line end, as the historic listener' '
    start
    tell "ccm:17\\n"
    exactly 1
    tell "ccm 18"
    exactly 2
    stop'
ok 'whatever else comes is ignored: junk, other types, half a message' '
    start
    tell "junk" "" "ccm" "ccm\\000" "ccm\\00012x" "xyz\\000123" "\\377\\376" "cdb\\0001" "ccm\\000$(printf %01000d 1)" "ccm\\00012345678901234567890"
    sleep 0.3
    test "$(fetches)" = 0
    grep -q "ignored a datagram" log
    stop'
ok 'a junk datagram after a good one is no second fetch' '
    start
    tell "ccm\\0001"
    exactly 1
    tell junk
    sleep 0.2
    test "$(fetches)" = 1
    stop'
echo 0.5 >takes
ok 'REQ-B-3: a burst leads to one more fetch at most, never beside the first' '
    start
    tell "ccm\\0001"
    until_true 5 test -s fetched
    tell $(seq -f "ccm\\\\000%g" 2 40)
    exactly 2
    sleep 0.6
    test "$(fetches)" = 2
    test ! -e overlap
    stop'
echo 0 >takes
ok 'REQ-B-3, REQ-B-7: the minimum interval holds, whatever comes' '
    start --min_interval 600
    tell "ccm\\0001"
    exactly 1
    tell "ccm\\0002" "ccm\\0003"
    sleep 0.3
    test "$(fetches)" = 1
    stop'
ok 'REQ-B-3: a source has a budget' '
    start --source_burst 3 --source_rate 0.01 --min_interval 0
    for i in 1 2 3 4 5 6; do tell "ccm\\000$i"; sleep 0.1; done
    exactly 3
    grep -q "too many" log
    stop'
ok 'REQ-B-3: only allowed sources count' '
    start --allow 192.0.2.1
    tell "ccm\\0001"
    sleep 0.3
    test "$(fetches)" = 0
    stop; start --allow 192.0.2.1,127.0.0.1
    tell "ccm\\0001"
    exactly 1
    stop'
ok 'REQ-B-4: the smear delays, by the name always the same' '
    start --fetch_smear 100000
    tell "ccm\\0001"
    sleep 0.3
    test "$(fetches)" = 0
    stop
    start --fetch_offset 0.2 --smear host --hostname lxb001
    tell "ccm\\0001"
    exactly 1
    stop'
ok 'the database type runs the other program' '
    start --nch $scratch/nch
    tell "cdb\\00099"
    exactly 1
    grep -qx "nch --profile-time=99" fetched
    stop'
ok 'REQ-B-5: it fetches at start, and by the clock' '
    start --fetch_at_start --poll 0.2
    until_true 10 sh -c "test \$(wc -l <fetched) -ge 4"
    stop'
echo 2 >status
ok 'REQ-B-5: after a failure sooner than the clock says, with growing patience' '
    start --fetch_at_start --poll 3600 --poll_retry 0.1
    until_true 10 sh -c "test \$(wc -l <fetched) -ge 4"
    grep -q "ended with status 2" log
    stop'
echo 0 >status
ok 'SIGUSR1 fetches at once' '
    start
    kill -USR1 $(cat $pidfile)
    exactly 1
    stop'
echo 1 >takes
ok 'a clean stop lets the fetch end' 'start && tell "ccm\\0001" && until_true 5 test -s fetched && stop && test ! -e busy'
echo 0 >takes
ok 'a fetch program that is not there is an error in the log, not the end' '
    start --fetch /nonexistent
    tell "ccm\\0001"
    until_true 5 grep -q "/nonexistent" log
    test -s $pidfile
    stop'
ok 'a taken port is told' '
    start
    code 69 cdp-listend --pidfile $scratch/other.pid 2>err
    grep -q "$port" err; stop'

# ---- version 2
printf 'the key of this site, long enough\n' >key
# proven KEY SECONDS NONCE: what cdbd would send
proven() { perl -MDigest::SHA=hmac_sha256_hex -MIO::Socket::INET -e 'my ($port, $key, $s, $nonce) = @ARGV; my $d = join("\0", "ccm2", 57, $s, $nonce, ""); $d .= hmac_sha256_hex($d, $key);
    IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Proto => "udp")->send($d)' "$port" "$@"; }
now() { date +%s; }
ok 'a notification with proof makes a fetch, once' '
    start --notify_key $scratch/key
    proven "the key of this site, long enough" $(now) 0123456789abcdef
    exactly 1
    proven "the key of this site, long enough" $(now) 0123456789abcdef
    sleep 0.3
    test "$(fetches)" = 1
    grep -q "it was said before" log
    proven "the key of this site, long enough" $(now) 0123456789abcde0
    exactly 2
    stop'
ok 'a wrong key, an old time, a cut datagram make none, and count' '
    >log; start --notify_key $scratch/key
    proven "another key, long enough as well" $(now) 0123456789abcdef
    proven "the key of this site, long enough" 1000000000 0123456789abcdef
    tell "ccm2\\0001\\0002\\000x" "ccm2\\000"
    sleep 0.3
    test "$(fetches)" = 0
    grep -q "its proof is wrong" log
    grep -q "(4 so far)" log
    stop'
ok 'junk in the name of the server does not use up what the server may send' '
    >log
    start --notify_key $scratch/key --unsigned --source_burst 1 --source_rate 0.001
    tell junk junk junk
    until_true 5 grep -q "too many" log
    proven "the key of this site, long enough" $(now) 0123456789abcde1
    exactly 1
    stop'
ok 'without a key nobody believes it' '
    start
    proven "the key of this site, long enough" $(now) 0123456789abcdef
    sleep 0.3
    test "$(fetches)" = 0
    grep -q "no notify_key" log
    stop'
ok 'with a key those without proof are refused' '
    >log
    start --notify_key $scratch/key
    tell "ccm\\0001"
    sleep 0.3
    test "$(fetches)" = 0
    grep -q "it has no proof" log
    proven "the key of this site, long enough" $(now) 0123456789abcdef
    exactly 1
    stop'
ok 'while the database does not sign yet both can be accepted' '
    start --notify_key $scratch/key --unsigned
    tell "ccm\\0001"
    exactly 1
    proven "the key of this site, long enough" $(now) 0123456789abcde2
    exactly 2
    stop'
ok 'a key that is short, and a listener that believes nobody, are refused' '
    echo short >short; code 78 cdp-listend --notify_key $scratch/short 2>err
    grep -q "shorter than 16" err
    code 78 cdp-listend -n --nounsigned 2>err && grep -q "nothing would be accepted" err'
ok 'settings are checked' '
    cdp-listend -n && code 64 cdp-listend -n --port x && echo "prot = 1" >bad && code 78 cdp-listend -n -f bad 2>err && grep -q "did you mean .port." err && code 78 cdp-listend -n --port 70000'
echo "profile file://$scratch/profile.xml" >"$node/etc/ccm.conf"
profile "" '<string name="v">1</string>'
ok 'without a setting the ccm-fetch beside it is run, for the same root' '
    sed -i /^fetch.=/d $node/etc/cdp-listend.conf
    start
    tell "ccm\\0001"
    until_true 10 test -s $node/var/lib/ccm/current.cid
    stop'
done_testing
