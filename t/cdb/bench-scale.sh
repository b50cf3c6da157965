#!/bin/sh
# The database with NODES nodes (1000; the site's figure is 10000) of 240 KB each: a first commit, one value that all
# use, one that ten use, a query of one path, FETCH nodes (2000 at most) that fetch with their own certificates, a restart
# after SIGKILL. Wall time; CPU seconds of the daemon beside it. Loopback only.
#
# They fetch in three ways: all in the same instant; as soon as one of 256 connections is free; woken by the datagrams of
# one commit, at the pace cdbd has by default, and at a third of it. The first two also from nginx, which shows what the
# handshakes cost anybody: clients, which have as much to do for one, and server share this machine.
set -e
nodes=${NODES:-1000} fetch=${FETCH:-2000}
[ "$fetch" -le "$nodes" ] || fetch=$nodes
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
# shellcheck disable=SC3045  # dash has it
ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -Hn)"

"$WEFT_SRC/t/compiler/site-gen" --nodes "$nodes" --out tree
mkdir -p tree/local
names() { find tree/profiles -name '*.pan' -printf '%f\n' | sed 's/\.pan$//' | sort; }
for name in $(names); do
    [ ! -e "tree/local/$name.pan" ] || continue
    printf "template local/%s;\ninclude 'local/ten';\n" "$name" >"tree/local/$name.pan"
    tens=$((${tens:-0} + 1))
    [ $tens -lt 10 ] || break
done
ten() { printf "unique template local/ten;\n'/software/components/sysctl/variables/ten' = '%s';\n" "$1" >tree/local/ten.pan; }
all() { sed -i "/bench_all/d" tree/site/sysctl.pan && echo "'bench_all' = '$1';" >>tree/site/sysctl.pan; }
ten 0; all 0

# Every node has an address of its own, as bench-fetch knows them; most of the time nobody listens there: the datagrams are
# sent, that is what counts.
names | awk -v port="$notify_port" '{ n = NR - 1; printf "%s 127.1.%d.%d:%d\n", $0, int(n / 250), n % 250 + 1, port }' >notify.map
sed -i 's/^store_memory.*/store_memory = 256M/; s/^notify_retry.*/notify_retry = 600/' cdbd.conf
server_start
cpu_of() { for pid in "$@"; do cut -d')' -f2 "/proc/$pid/stat"; done | awk '{ sum += $12 + $13 } END { print sum / 100 }'; }
cpu() { cpu_of "$(cat cdbd.pid)"; }
memory() { awk '/^VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$(cat cdbd.pid)/status"; }
peak() { awk '/^VmHWM/ { printf "%.0f MB", $2 / 1024 }' "/proc/$(cat cdbd.pid)/status"; }
seconds() { date +%s.%N; }
since() { echo "$1 $(seconds)" | awk '{ printf "%.2f", $2 - $1 }'; }
counter() { ask admin /api/v1/metrics | sed -n "s/^cdbd_$1 //p"; }
told() { [ "$(counter notifications_sent_total)" -ge "$1" ]; }
line() { printf '%-56s %s\n' "$1" "$2"; }
commit() { as_admin commit -m bench --include profiles --include . tree >commit.out 2>&1 || { cat commit.out; exit 70; }; }

c=$(cpu) t=$(seconds)
commit
line "first commit, $nodes nodes" "$(since "$t") s, $(echo "$c $(cpu)" | awk '{ printf "%.1f", $2 - $1 }') CPU s, peak $(peak)"
until_true 600 told "$nodes"

all 1; c=$(cpu) t=$(seconds)
commit
line "one value that all use: commit" "$(since "$t") s, $(echo "$c $(cpu)" | awk '{ printf "%.1f", $2 - $1 }') CPU s"
until_true 600 told $((2 * nodes))
line "one value that all use: to the last notification" "$(since "$t") s (at most 60 with 10000)"

sent=$((2 * nodes))
for i in 1 2 3 4 5 6 7 8 9; do
    ten "$i"
    change=$(jq -Rs '{comment: "ten", changes: [{path: "local/ten.pan", text: .}]}' <tree/local/ten.pan)
    c=$(cpu) t=$(seconds)
    ask admin /api/v1/commit -d "$change" >commit.json
    jq -e '.changed == 10' commit.json >/dev/null || { head -c 500 commit.json; exit 70; }
    sent=$((sent + 10))
    until_true 60 told $sent
    echo "$(since "$t") $(echo "$c $(cpu)" | awk '{ print $2 - $1 }')" >>ten.times
done
line 'one value that ten use: to the last notification' "$(sort -n ten.times | awk '{ t[NR] = $1; c[NR] = $2 } END { printf "%.0f ms median of %d (at most 300), %.0f ms CPU", t[int((NR + 1) / 2)] * 1000, NR, c[int((NR + 1) / 2)] * 1000 }')"

for path in /software/components/sysctl/variables/bench_all '/**/hostname'; do
    : >query.times
    for i in 1 2 3 4 5 6 7 8 9 10 11; do ask admin "/api/v1/query?path=$path" -o query.json -w '%{time_starttransfer} %{time_appconnect}\n' | awk '{ print $1 - $2 }' >>query.times; done
    line "query of $path" "$(sort -n query.times | awk '{ t[NR] = $1 } END { printf "%.0f ms median of %d (at most 50 for one path)", t[int((NR + 1) / 2)] * 1000, NR }'), $(jq '.rows | length' query.json) rows"
done

cut -d' ' -f1 notify.map | head -"$fetch" >names
"$WEFT_OUT/t/cdb/bench-fetch" certificates pki <names
fetch() { "$WEFT_OUT/t/cdb/bench-fetch" "$1" pki "$2" <names; }
spent() { line '' "$(echo "$c $(cpu)" | awk '{ printf "%.1f", $2 - $1 }') CPU s of the server, memory $(memory), peak $(peak)"; }
server_stop
server_start
for how in spread=0 open=256; do
    c=$(cpu)
    line "profiles fetched, $how" "$(fetch "$port" $how)"
    spent
done

nginx=$(PATH=$PATH:/usr/sbin command -v nginx || :)
if [ "$nginx" ]; then
    theirs=$(free_port)
    mkdir www
    ask admin "/profiles/$(head -1 names).xml.gz" -o www/profile
    chmod 755 . www
    cat >nginx.conf <<END
daemon off; worker_processes auto; pid $scratch/nginx.pid; error_log $scratch/nginx.log crit; worker_rlimit_nofile 20000;
events { worker_connections 8192; }
http {
    access_log off; sendfile on; tcp_nopush on; root $scratch/www; default_type text/xml; open_file_cache max=100;
    ssl_certificate $scratch/pki/server.crt; ssl_certificate_key $scratch/pki/server.key;
    ssl_session_tickets off; ssl_session_cache none; ssl_protocols TLSv1.2 TLSv1.3;
    client_body_temp_path $scratch/b; proxy_temp_path $scratch/p; fastcgi_temp_path $scratch/f; uwsgi_temp_path $scratch/u; scgi_temp_path $scratch/s;
    server {
        listen 127.0.0.1:$theirs ssl backlog=4096; ssl_client_certificate $scratch/pki/ca.crt; ssl_verify_client on;
        location / { add_header Content-Encoding gzip; try_files /profile =404; }
    }
}
END
    "$nginx" -c "$scratch/nginx.conf" 2>nginx.err &
    until_true 20 eval "ask admin / -o /dev/null 2>/dev/null --connect-to localhost:$port:127.0.0.1:$theirs"
    # shellcheck disable=SC2046  # numbers
    their_cpu() { cpu_of $(cat "/proc/$(cat nginx.pid)/task/$(cat nginx.pid)/children"); }
    for how in spread=0 open=256; do
        c=$(their_cpu)
        line "the same from nginx, $how" "$(fetch "$theirs" $how)"
        line '' "$(echo "$c $(their_cpu)" | awk '{ printf "%.1f", $2 - $1 }') CPU s of nginx"
    done
    kill "$(cat nginx.pid)"
else
    line 'the same from nginx' 'skipped: it is not here'
fi

for rate in 500 1000; do   # the default, and more than two cores answer
    server_stop
    echo "notify_rate = $rate" >>cdbd.conf
    server_start
    all "at $rate"
    "$WEFT_OUT/t/cdb/bench-fetch" "$port" pki "told=$notify_port" <names >told.out 2>told.err &
    until_true 60 grep -q waiting told.err
    commit
    wait $! || :
    line "woken by one commit, $rate a second: from the datagram" "$(cat told.out)"
    line '' "memory $(memory), compiling included"
    sed -i '$d' cdbd.conf
done

ask admin /api/v1/commit -d "$change" -o /dev/null
server_kill
t=$(seconds)
server_start
line 'restart after SIGKILL, to the first answer' "$(since "$t") s (at most 2), memory $(memory)"
as_admin log -l 1 >/dev/null
[ "${VERIFY:-}" = '' ] || as_admin verify
du -sh store | awk '{ print "store: " $1 }'
