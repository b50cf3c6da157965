#!/bin/sh
# Our HTTP server beside nginx on this machine, one worker each: requests (and full mutual handshakes) per second
# of the server's own CPU time, in turns, and the median of the ratios. Loopback only.
#   ROUNDS=5 SECONDS_EACH=2 t/base/bench-http.sh
set -e
: "${WEFT_OUT:=build/release}"
rounds=${ROUNDS:-5} each=${SECONDS_EACH:-2}
for tool in nginx wrk openssl; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "bench-http: skipped: no $tool here"; exit 0; }
done
PATH=$PATH:/usr/sbin
dir=$(mktemp -d "${TMPDIR:-/tmp}/weft-bench.XXXXXX")
ours='' theirs=''
trap 'kill $ours $theirs 2>/dev/null || :; rm -rf "$dir"' EXIT
trap 'exit 99' HUP INT TERM

newcert() { openssl req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 "$@" 2>/dev/null; }
newcert -x509 -days 2 -subj /CN=ca -keyout "$dir/ca.key" -out "$dir/ca.pem"
for name in server client; do
    newcert -new -subj "/CN=$name" -keyout "$dir/$name.key" -out "$dir/r.csr"
    openssl x509 -req -in "$dir/r.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -days 2 -out "$dir/$name.pem" 2>/dev/null
done
mkdir "$dir/www"
head -c 76800 /dev/urandom | base64 -w 0 >"$dir/www/profile"   # 100 KB
cp "$dir/www/profile" "$dir/profile"
chmod 755 "$dir" "$dir/www"

"$WEFT_OUT/t/base/bench-http" serve "$dir" >"$dir/ports" &
ours=$!
while ! [ -s "$dir/ports" ]; do sleep 0.05; done
read -r plain tls mutual _ <"$dir/ports"

free_port() {
    perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1); print $s->sockport'
}
n_plain=$(free_port) n_tls=$(free_port) n_mutual=$(free_port)
cat >"$dir/nginx.conf" <<END
daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/error.log crit;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 100000000; sendfile on; tcp_nopush on; root $dir/www; default_type application/octet-stream;
    open_file_cache max=100; ssl_certificate $dir/server.pem; ssl_certificate_key $dir/server.key;
    ssl_session_tickets off; ssl_session_cache none; ssl_protocols TLSv1.2 TLSv1.3;
    client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
    server { listen 127.0.0.1:$n_plain; }
    server { listen 127.0.0.1:$n_tls ssl; }
    server { listen 127.0.0.1:$n_mutual ssl; ssl_client_certificate $dir/ca.pem; ssl_verify_client on; }
}
END
nginx -c "$dir/nginx.conf" 2>/dev/null &
theirs=$!
i=0
until curl -sf -o /dev/null "http://127.0.0.1:$n_plain/profile"; do i=$((i + 1)); [ $i -lt 100 ] || exit 70; sleep 0.05; done

# cpu PID: clock ticks (1/100 s) it has used so far
cpu() { cut -d')' -f2 "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
modified=$(curl -sI "http://127.0.0.1:$n_plain/profile" | tr -d '\r' | sed -n 's/^Last-Modified: //p')

# load KIND PORT: how many were served
load() {
    case $1 in
        200*) wrk -t1 -c64 -d"${each}s" "$3://127.0.0.1:$2/profile" | awk '/requests in/ { print $1 }' ;;
        304*) wrk -t1 -c64 -d"${each}s" -H "If-Modified-Since: $modified" "$3://127.0.0.1:$2/profile" | awk '/requests in/ { print $1 }' ;;
        handshake*) openssl s_time -connect "127.0.0.1:$2" -new -time "$each" -CAfile "$dir/ca.pem" -cert "$dir/client.pem" \
            -key "$dir/client.key" 2>/dev/null | awk '/connections in .* real seconds/ { print $1 }' ;;
    esac
}
# rate KIND PORT PID SCHEME: served per CPU second
rate() {
    before=$(cpu "$3")
    served=$(load "$1" "$2" "$4")
    after=$(cpu "$3")
    awk -v n="$served" -v t="$((after - before))" 'BEGIN { printf "%.0f\n", t ? n * 100 / t : 0 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%-28s %12s %12s %8s\n' "per CPU second of the server" weft nginx ratio
compare() {
    : >"$dir/a"; : >"$dir/b.txt"; : >"$dir/r"
    for _ in $(seq "$rounds"); do
        a=$(rate "$1" "$2" "$ours" "$4"); b=$(rate "$1" "$3" "$theirs" "$4")
        echo "$a" >>"$dir/a"; echo "$b" >>"$dir/b.txt"
        awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f\n", b ? a / b : 0 }' >>"$dir/r"
    done
    printf '%-28s %12s %12s %8s\n' "$5" "$(median <"$dir/a")" "$(median <"$dir/b.txt")" "$(median <"$dir/r")"
}
compare 200 "$plain" "$n_plain" http '100 KB, plain'
compare 304 "$plain" "$n_plain" http 'not modified, plain'
compare 200 "$tls" "$n_tls" https '100 KB, TLS'
compare 304 "$tls" "$n_tls" https 'not modified, TLS'
compare handshake "$mutual" "$n_mutual" https 'full mutual handshakes'
awk '/^Private_Dirty/ { printf "%-28s %9d KB\n", "private memory of ours", $2 }' "/proc/$ours/smaps_rollup"
