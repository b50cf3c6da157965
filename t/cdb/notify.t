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

# hear PORT FILE: each datagram as a line of hex digits
hear() {
    perl -MIO::Socket::INET -e '
        $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Proto => "udp") or die;
        open my $out, ">", $ARGV[1]; $out->autoflush(1);
        while (defined $s->recv(my $d, 2048)) { print $out unpack("H*", $d), "\n" }' "$1" "$2" &
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

ok 'a commit sends each node one datagram, byte for byte the historic one' '
    as_admin commit -m first -I profiles -I . site && until_true 5 heard one 1 &&
    at=$(as_admin --json hosts | jq -r ".hosts[0].modified") &&
    [ "$(head -1 one)" = "63636d00$(printf %s "$at" | od -An -tx1 | tr -d " \n")" ] && [ "$(head -1 one | wc -c)" = 29 ]'
ok 'a node marked v2 gets a signed one' '
    until_true 5 heard two 1 &&
    perl -MDigest::SHA=hmac_sha256_hex -e "
        my (\$key, \$hex, \$at) = @ARGV;
        my \$d = pack q(H*), \$hex;
        my @f = split /\0/, \$d, -1;
        die qq(@f) unless @f == 5 && \$f[0] eq q(ccm2) && \$f[1] == 1 && \$f[2] == \$at && \$f[3] =~ /^[0-9a-f]{16}\$/;
        (my \$said = \$d) =~ s/[^\0]*\$//;
        die q(mac) unless \$f[4] eq hmac_sha256_hex(\$said, \$key);
        die q(size) if length \$d > 512" "$(cat key)" "$(head -1 two)" "$(as_admin --json hosts | jq -r ".hosts[1].modified")"'
ok 'it is sent again, three times at most, as long as the node does not fetch' '
    until_true 5 heard one 3 && sleep 1 && [ "$(wc -l <one)" = 3 ] && [ "$(sort -u one | wc -l)" = 1 ] &&
    [ "$(cut -c1-36 two | sort -u | wc -l)" = 1 ] && [ "$(sort -u two | wc -l)" = 3 ] &&
    until_true 5 sh -c "grep -q \"node $b1 was told 3 times of revision 1\" server.log"'
ok 'a node that fetched is left alone' '
    : >one && sed -i s/ntp1/ntp2/ site/service/time.pan && as_admin commit -m second site && ask $b1 /profiles/$b1.xml -o /dev/null &&
    until_true 5 heard one 1 && n=$(wc -l <one) && sleep 1 && [ "$(wc -l <one)" = "$n" ] && [ "$n" -le 2 ]'
ok 'a node whose profile did not change hears nothing' '
    : >two && : >one && sed -i s/ntp2/ntp3/ site/service/time.pan && as_admin commit -m third site && until_true 5 heard one 1 &&
    echo "# a comment" >>site/service/base.pan && as_admin commit -m "a comment" site && sleep 0.5 && ! [ -s two ]'
ok 'somebody else fetching does not count' '
    until_true 5 heard one 2 && ask admin /profiles/$b1.xml -o /dev/null && until_true 5 heard one 3'
ok 'a node that is not known is counted, told of, and does not stop the others' '
    until_true 30 sh -c "grep -q \"node lxb003.example.org was not told of revision 1: its address is not known\" server.log" &&
    [ "$(counter sent_total)" -ge 9 ]'
ok 'what was not told before SIGKILL is told after it' '
    sed -i "s/^notify_retry.*/notify_retry = 100/" cdbd.conf && server_stop && server_start &&
    until_true 5 sh -c "ask() { :; }; [ -s one ]" && : >one && sed -i s/ntp3/ntp4/ site/service/time.pan && as_admin commit -m fourth site &&
    server_kill && : >one && server_start && until_true 5 heard one 1 && as_admin verify && ask $b1 /profiles/$b1.xml -o /dev/null && sleep 2.5 &&
    server_stop && : >one && server_start && sleep 0.5 && ! [ -s one ]'
ok 'a wrong map is pointed at' '
    server_stop; echo "lxb009" >>notify.map; code 78 cdbd -f cdbd.conf --pidfile "$scratch/x.pid" 2>err;
    grep -q "notify.map:3:1: error: not a node and its address" err'
done_testing
