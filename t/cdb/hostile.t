#!/bin/sh
# Clients that mean harm are refused, counted, and nobody else notices: slow ones, oversized ones, bad TLS, wrong names.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org b2=lxb002.example.org
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1
counter() { ask admin /api/v1/metrics | sed -n "s/^cdbd_$1 //p"; }
grew() { [ "$(counter "$1")" -gt "$2" ]; }
# talk WHO BYTES [SECONDS]: these bytes over TLS with a certificate, then the answer's first line
talk() {
    { printf "$2"; sleep "${3:-0.5}"; } | timeout 30 openssl s_client -quiet -connect "127.0.0.1:$port" -cert "pki/$1.crt" -key "pki/$1.key" -CAfile pki/ca.crt 2>/dev/null | head -1 | tr -d '\r'
}
well() { [ "$(status $b1 /profiles/$b1.xml)" = 200 ]; }

ok 'slow senders wait in vain, and others do not wait for them' '
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do talk $b1 "GET /profiles/$b1.xml HT" 12 >"slow.$i" & done
    sleep 1 && well && wait && cat slow.* | sort | uniq -c && [ "$(sort -u slow.*)" = "HTTP/1.1 408 Request Timeout" ]'
ok 'headers without end, lines without end, and bodies beyond the limit are refused' '
    long=$(head -c 20000 /dev/zero | tr "\\0" a) && talk $b1 "GET /$long HTTP/1.1\r\n" | grep -x "HTTP/1.1 431 .*" && talk $b1 "GET / HTTP/1.1\r\nX: $long\r\n" | grep -x "HTTP/1.1 431 .*" &&
    talk $b1 "POST /api/v1/nodes/$b1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" | grep -x "HTTP/1.1 413 .*" &&
    talk $b1 "POST /api/v1/nodes/$b1/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" | grep -x "HTTP/1.1 413 .*" && well'
ok 'a request that could be read two ways is refused' '
    talk $b1 "POST /api/v1/nodes/$b1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" | grep -x "HTTP/1.1 400 .*" &&
    talk $b1 "POST /api/v1/nodes/$b1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde" | grep -x "HTTP/1.1 400 .*" &&
    talk $b1 "\000\377\376 / HTTP/1.1\r\n\r\n" | grep -x "HTTP/1.1 400 .*"'
ok 'bad TLS is refused and counted: plain text, an old version, no certificate, a foreign one, one for a server' '
    n=$(counter connections_refused_total) && printf "GET / HTTP/1.0\r\n\r\n" | timeout 5 openssl s_client -connect "127.0.0.1:$port" -tls1_1 >/dev/null 2>&1 || :
    perl -MIO::Socket::INET -e "my \$s = IO::Socket::INET->new(q(127.0.0.1:$port)); print \$s qq(GET / HTTP/1.1\r\n\r\n); shutdown \$s, 1; 1 while <\$s>" &&
    ! curl -sS --cacert pki/ca.crt "$url/" && cdb-pki -C foreign init >/dev/null && cdb-pki -C foreign node $b1 >/dev/null &&
    ! curl -sS --cert foreign/$b1.crt --key foreign/$b1.key --cacert pki/ca.crt "$url/profiles/$b1.xml" && until_true 10 grew connections_refused_total $((n + 2)) && well'
ok 'REQ-A-13: a wrong node name gets nothing, whatever it looks like, and is counted' '
    n=$(counter requests_refused_total) &&
    for name in $b2 "lxb001.example.org.evil" "LXB002.example.org" "*" "lxb00*" "$b1%%00$b2" "..%%2f$b2" "$b2%%2f..%%2f$b2"; do
        case $(status $b1 "/profiles/$(printf "$name").xml") in 400 | 403 | 404) ;; *) echo "$name"; exit 1 ;; esac
    done && grew requests_refused_total $((n + 3)) &&
    [ "$(status $b1 /profiles/$b1.xml -H "Host: $b2")" = 200 ] && ! ask $b1 /profiles/$b1.xml -H "X-Forwarded-For: $b2" -H "X-SSL-Client: $b2" | grep -q lxb002'
ok 'a thousand connections that say nothing leave room for one that does' '
    ulimit -n 4096 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    perl -MIO::Socket::INET -e "
        my @all; for (1 .. 1000) { push @all, IO::Socket::INET->new(q(127.0.0.1:$port)) // last }
        open my \$f, q(>), q(open); print \$f scalar @all; close \$f; sleep 5" & until_true 20 [ -s open ] && [ "$(cat open)" = 1000 ] && well; s=$?; wait; exit $s'
ok 'JSON that is deep, long or garbage is refused' '
    deep=$(head -c 100000 /dev/zero | tr "\\0" "[") && printf "%s" "$deep" >deep && [ "$(status admin /api/v1/check --data-binary @deep)" = 400 ] &&
    head -c 100000 /dev/urandom >garbage && [ "$(status admin /api/v1/check --data-binary @garbage)" = 400 ] && printf "{\"status\":\"ok\",\"components\":[%s{}]}" "$(yes "{}," | head -2000 | tr -d "\n")" >many &&
    [ "$(status $b1 /api/v1/nodes/$b1/status --data-binary @many)" = 400 ] && well'
ok 'a listener to events that reads nothing is let go, and commits go on' '
    { ask admin /api/v1/events -N --limit-rate 1 --max-time 20 >/dev/null & } && echo "# more" >>site/service/base.pan && as_admin commit -m more site && well'
ok 'REQ-A-17: what was refused to people stands in the audit log, whose chain verify proves' '
    [ "$(status stranger /api/v1/commit -d "{}")" = 403 ] && echo "x = ;" >>site/service/base.pan && code 65 as_admin commit -m wrong site && as_admin audit >audit && grep -q "refused  *CN=admin" audit && grep -q "denied  *CN=stranger" audit && as_admin verify'
done_testing
