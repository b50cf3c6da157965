#!/bin/sh
# cdbd wakes the nodes whose profile changed, and no others, until they have fetched it.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org b2=lxb002.example.org
port2=$(free_port)
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >key
echo >>key
printf '%s 127.0.0.1:%s\n%s 127.0.0.1:%s v2\n' "$b1" "$notify_port" "$b2" "$port2" >notify.map
printf 'notify_key = %s\nnotify_source = 127.0.0.1:0\n' "$scratch/key" >>cdbd.conf

# hear PORT FILE [ADDRESS]: each datagram as a line of hex digits; with a fourth word also when it came
hear() {
    perl -MIO::Socket::IP -MTime::HiRes=time -e '
        my ($port, $file, $address, $when) = @ARGV;
        my $s = IO::Socket::IP->new(LocalHost => $address, LocalPort => $port, Proto => "udp", Type => Socket::SOCK_DGRAM) or die;
        open my $out, ">>", $file; $out->autoflush(1);
        while (defined $s->recv(my $d, 2048)) { print $out unpack("H*", $d), $when ? " " . time : "", "\n" }' "$1" "$2" "${3:-127.0.0.1}" ${4:+when} &
    echo $! >>listener.pid
}
hear "$notify_port" one
hear "$port2" two
cleanup() { server_stop; xargs kill <listener.pid; } 2>/dev/null
until_true 10 [ -f one ] && until_true 10 [ -f two ]
server_start || exit 99
heard() { [ "$(wc -l <"$1")" -ge "$2" ]; }
modified() { date -d "$(ask "$1" "/profiles/$1.xml" --head | sed -n 's/^Last-Modified: \(.*\)\r$/\1/ip')" +%s; }
counter() { ask admin /api/v1/metrics | sed -n "s/^cdbd_notifications_$1 //p"; }

ok 'REQ-B-1: a commit sends each node one datagram, byte for byte the historic one' '
    as_admin commit -m first -I profiles -I . site && until_true 5 heard one 1 &&
    at=$(as_admin --json hosts | jq -r ".hosts[0].modified") &&
    [ "$(head -1 one)" = "63636d00$(printf %s "$at" | od -An -tx1 | tr -d " \n")" ] && [ "$(head -1 one | wc -c)" = 29 ]'
ok 'REQ-B-2: a node marked v2 gets a signed one' '
    until_true 5 heard two 1 &&
    perl -MDigest::SHA=hmac_sha256_hex -e "
        my (\$key, \$hex, \$at) = @ARGV;
        my \$d = pack q(H*), \$hex;
        my @f = split /\0/, \$d, -1;
        die qq(@f) unless @f == 5 && \$f[0] eq q(ccm2) && \$f[1] == 1 && abs(\$f[2] - \$at) < 120 && \$f[3] =~ /^[0-9a-f]{16}\$/;
        (my \$said = \$d) =~ s/[^\0]*\$//;
        die q(mac) unless \$f[4] eq hmac_sha256_hex(\$said, \$key);
        die q(size) if length \$d > 512" "$(cat key)" "$(head -1 two)" "$(as_admin --json hosts | jq -r ".hosts[1].modified")"'
ok 'REQ-B-6: it is sent again, three times at most, as long as the node does not fetch' '
    until_true 5 heard one 3 && sleep 1 && [ "$(wc -l <one)" = 3 ] && [ "$(sort -u one | wc -l)" = 1 ] &&
    [ "$(sort -u two | wc -l)" = 3 ] &&
    until_true 5 sh -c "grep -q \"node $b1 was told 3 times of revision 1\" server.log"'
ok 'REQ-B-6: a node that fetched is left alone' '
    : >one && sed -i s/ntp1/ntp2/ site/service/time.pan && as_admin commit -m second site && ask $b1 /profiles/$b1.xml -o /dev/null &&
    until_true 5 heard one 1 && n=$(wc -l <one) && sleep 1 && [ "$(wc -l <one)" = "$n" ] && [ "$n" -le 2 ]'
ok 'REQ-B-6: a node whose profile did not change hears nothing' '
    : >two && : >one && sed -i s/ntp2/ntp3/ site/service/time.pan && as_admin commit -m third site && until_true 5 heard one 1 &&
    echo "# a comment" >>site/service/base.pan && as_admin commit -m "a comment" site && sleep 0.5 && ! [ -s two ]'
ok 'somebody else fetching does not count' '
    until_true 5 heard one 2 && ask admin /profiles/$b1.xml -o /dev/null && until_true 5 heard one 3'
ok 'a node that is not known is counted, told of, and does not stop the others' '
    until_true 30 sh -c "grep -q \"node lxb003.example.org was not told of revision 1: its address is not known\" server.log" &&
    [ "$(counter sent_total)" -ge 9 ]'
ok 'REQ-A-6: what was not told before SIGKILL is told after it' '
    sed -i "s/^notify_retry.*/notify_retry = 100/" cdbd.conf && server_stop && server_start &&
    until_true 5 sh -c "ask() { :; }; [ -s one ]" && : >one && sed -i s/ntp3/ntp4/ site/service/time.pan && as_admin commit -m fourth site &&
    server_kill && : >one && server_start && until_true 5 heard one 1 && as_admin verify && ask $b1 /profiles/$b1.xml -o /dev/null && sleep 2.5 &&
    server_stop && : >one && server_start && sleep 0.5 && ! [ -s one ]'
ok 'a wrong map is pointed at' '
    server_stop; echo "lxb009" >>notify.map; code 78 cdbd -f cdbd.conf --pidfile "$scratch/x.pid" 2>err;
    grep -q "notify.map:3:1: error: not a node and its address" err'

# ---- pace, the other channel, and what comes in
printf '%s 127.0.0.1:%s\n%s 127.0.0.1:%s\nlxb003.example.org 127.0.0.1:%s\n' "$b1" "$notify_port" "$b2" "$notify_port" "$notify_port" >notify.map
source=$(free_port)
sed -i "s/^notify_source.*/notify_source = 127.0.0.1:$source/; s/^notify_retry.*/notify_retry = 100/" cdbd.conf
echo 'notify_rate = 2' >>cdbd.conf
kill "$(head -1 listener.pid)" && : >one && hear "$notify_port" one 127.0.0.1 when
server_start || exit 99
ok 'REQ-B-6: not more of them a second than it may' '
    : >one && echo "\"/system/pace\" = 1;" >>site/service/base.pan && as_admin commit -m pace site && until_true 10 heard one 2 &&
    perl -e "@t = map { (split)[1] } <>; die qq(@t) if \$t[1] - \$t[0] < 0.4" one'
ok 'REQ-B-7: whoever sends us datagrams gets none back, and we live' '
    perl -MIO::Socket::INET -e "
        my \$s = IO::Socket::INET->new(PeerAddr => qq(127.0.0.1:$source), Proto => q(udp)) or die;
        \$s->send(\$_) for qq(ccm\\0001), q(x) x 1400, (map { chr(\$_) x 40 } 0 .. 255);
        my \$bits = q(); vec(\$bits, fileno(\$s), 1) = 1;
        die q(an answer) if select(\$bits, undef, undef, 0.5) && defined \$s->recv(my \$answer, 2000) && length \$answer" &&
    [ "$(ask admin /api/v1/health | jq -r .status)" = ok ]'
ok 'REQ-B-6: where datagrams do not come through, a node hears of its own profile by events, and of no other' '
    { ask $b1 "/api/v1/events?node=$b1" -N --max-time 20 >events & } && until_true 5 grep -q "^event: hello" events &&
    [ "$(status $b1 "/api/v1/events?node=$b2")" = 403 ] && [ "$(status $b1 /api/v1/events)" = 403 ] &&
    sed -i s/ntp[0-9]*/ntp7/ site/service/time.pan && as_admin commit -m "for $b1 only" site && until_true 10 grep -q "^event: profile" events &&
    head=$(ask admin /api/v1/health | jq .revision) && grep -q "^data: {\"revision\":$head}" events'
if perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(LocalHost => "::1", Proto => "udp", Type => Socket::SOCK_DGRAM)' 2>/dev/null; then
    ok 'REQ-B-6: over IPv6 as well' '
        server_stop && port6=$(free_port) && hear "$port6" six ::1 && until_true 5 [ -f six ] && sed -i "s/^notify_source.*/notify_source = :0/" cdbd.conf &&
        printf "%s [::1]:%s\n%s 127.0.0.1:%s\n" "$b1" "$port6" "$b2" "$notify_port" >notify.map && server_start && : >one && : >six &&
        echo "\"/system/six\" = 6;" >>site/service/base.pan && as_admin commit -m six site && until_true 10 heard six 1 && until_true 10 heard one 1'
else
    skip 'REQ-B-6: over IPv6 as well' 'no IPv6 here'
fi
done_testing
