# A cdbd on the loopback for one test: authority, settings, a small site of three nodes. Sourced after t/lib.sh.
#   server_start server_stop server_kill    the daemon, with $scratch/cdbd.conf; its messages are in server.log
#   as_admin, as_anna words                 cdb as one of two administrators
#   ask NAME path [curl option...]          curl with that certificate; status: the number alone
cdb-pki -C pki init >/dev/null
cdb-pki -C pki server localhost 127.0.0.1 >/dev/null
for name in admin anna boot stranger; do cdb-pki -C pki admin "$name" >/dev/null 2>&1; done
cdb-pki -C pki node lxb001.example.org lxb002.example.org lxb003.example.org >/dev/null
port=$(free_port) notify_port=$(free_port)
url=https://localhost:$port

cat >cdbd.conf <<END
listen         = 127.0.0.1:$port
store          = $scratch/store
backup_dir     = $scratch/backup
certificate    = $scratch/pki/server.crt
key            = $scratch/pki/server.key
ca             = $scratch/pki/ca.crt
access         = $scratch/cdbd.acl
store_memory   = 8M
store_reserve  = 1M
notify_map     = $scratch/notify.map
notify_retry   = 0.3
END
cat >cdbd.acl <<END
admin "CN=admin,O=Weft"    # runs the site
admin "CN=anna,O=Weft"
proxy "CN=boot,O=Weft" lxb*1.example.org
END
for i in 1 2; do echo "lxb00$i.example.org 127.0.0.1:$notify_port"; done >notify.map

# The claims run in subshells: what is running stands in cdbd.pid, not in a variable.
server_start() {
    rm -f ready
    mkfifo ready
    cdbd "$@" -f cdbd.conf --pidfile "$scratch/cdbd.pid" --ready-fd 3 3>ready >>server.log 2>&1 &
    [ "$(timeout 60 wc -c <ready)" = 1 ] || { cat server.log; return 1; }
}
# running PID: it is, or one of its threads still is; not only an entry that waits for its parent
running() {
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
    [ "${state%% *}" != Z ] || [ "$(ls "/proc/$1/task" 2>/dev/null | wc -l)" -gt 1 ]
}
server_end() {
    pid=$(cat "$scratch/cdbd.pid" 2>/dev/null) && [ "$pid" ] && running "$pid" || return 0
    kill "-$1" "$pid" && until_true 20 eval "! running $pid"
}
server_stop() { server_end TERM; }
server_kill() { server_end KILL; }
cleanup() { server_stop; [ ! -s listener.pid ] || kill "$(cat listener.pid)"; }

as() {
    who=$1; shift
    mkdir -p "home.$who"
    HOME=$PWD/home.$who cdb "$@" --server "$url" --cert "$scratch/pki/$who.crt" --key "$scratch/pki/$who.key" --ca "$scratch/pki/ca.crt"
}
as_admin() { as admin "$@"; }
as_anna() { as anna "$@"; }
ask() {
    who=$1 path=$2; shift 2
    curl -sS --path-as-is --cert "$scratch/pki/$who.crt" --key "$scratch/pki/$who.key" --cacert "$scratch/pki/ca.crt" "$@" "$url$path"
}
status() { ask "$@" -o /dev/null -w '%{http_code}\n'; }

mkdir -p site/profiles site/service
for i in 1 2 3; do
    cat >site/profiles/lxb00$i.example.org.pan <<END
object template lxb00$i.example.org;

include 'service/base';
'/system/network/hostname' = 'lxb00$i';
END
done
echo "include 'service/time';" >>site/profiles/lxb001.example.org.pan
cat >site/service/base.pan <<'END'
unique template service/base;

'/system/site' = 'Genève';
include if_exists('service/local');
END
cat >site/service/time.pan <<'END'
unique template service/time;

type time_component = {
    'active' : boolean = true
    'dispatch' : boolean = true
    'servers' : string[1..]
};
bind '/software/components/time' = time_component;
'/software/components/time/servers' = list('ntp1.example.org');
END
