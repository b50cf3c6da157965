# A whole site in one folder, for the demonstration, the suite and its benches: authority, server, nodes. Source it
# after t/lib.sh, with $site set to an existing folder. All listen on the loopback, and site_stop ends exactly what was
# started.
#   $site/templates      the administrator's working copy      $site/server   root of cdbd
#   $site/node/NAME      root of a node                        $site/log      what the daemons say

# site_start_program NAME command...: start a daemon, wait until it says it is ready. Its process id is in
# $site/run/NAME.pid, its messages in $site/log/NAME.
site_start_program() {
    name=$1; shift
    rm -f "$site/run/$name.ready"
    mkfifo "$site/run/$name.ready"
    "$@" --ready-fd 3 3>"$site/run/$name.ready" >>"$site/log/$name" 2>&1 &
    echo $! >"$site/run/$name.pid"
    # The reader ends when the daemon is ready, or gone.
    if [ "$(timeout 60 wc -c <"$site/run/$name.ready")" != 1 ]; then
        echo "$name did not start; it said:" >&2
        tail -5 "$site/log/$name" >&2
        return 1
    fi
}
# site_end_program NAME [signal]: end it and wait until it is gone
site_end_program() {
    [ -f "$site/run/$1.pid" ] || return 0
    pid=$(cat "$site/run/$1.pid")
    rm -f "$site/run/$1.pid"
    kill "-${2:-TERM}" "$pid" 2>/dev/null || return 0
    # It may be another shell's child, so there is nothing to wait() for: gone is gone, and so is a zombie of whom no
    # thread is left.
    while state=$(ps -o stat=,nlwp= -p "$pid") && [ -n "${state##Z* [01]}" ]; do sleep 0.01; done
}

site_port=$(free_port)
site_url=https://127.0.0.1:$site_port

# site_make: authority, server settings, the administrator's settings
site_make() {
    mkdir -p "$site/run" "$site/log" "$site/server/etc/weft" "$site/node"
    {
        cdb-pki --root "$site/server" init --name 'Demonstration site'
        cdb-pki --root "$site/server" server localhost 127.0.0.1
        cdb-pki --root "$site/server" admin -o admin 'Anna Example'
    } >"$site/log/pki" 2>&1 || { cat "$site/log/pki" >&2; return 1; }
    cat >"$site/server/etc/weft/cdbd.conf" <<END
listen       = 127.0.0.1:$site_port
notify_map   = /etc/weft/notify.map
notify_retry = 2
END
    echo 'admin "CN=Anna Example,O=Weft"' >"$site/server/etc/weft/cdbd.acl"
    : >"$site/server/etc/weft/notify.map"
    cat >"$site/cdb.conf" <<END
server      = $site_url
certificate = $site/server/etc/weft/pki/admin.crt
key         = $site/server/etc/weft/pki/admin.key
ca          = $site/server/etc/weft/pki/ca.crt
END
}
# The shell of the database, as the administrator.
site_cdb() { HOME=$site cdb -f "$site/cdb.conf" "$@"; }

# site_node_make NAME: certificate, settings and an address for a node (before the server starts, or reload it)
site_node_make() {
    root=$site/node/$1
    node_port=$(free_port)
    mkdir -p "$root/etc/weft" "$root/var/lib"
    cdb-pki --root "$site/server" node "$1" >>"$site/log/pki" 2>&1 || return 1
    cp "$site/server/etc/weft/pki/$1.crt" "$root/etc/weft/node.crt"
    cp "$site/server/etc/weft/pki/$1.key" "$root/etc/weft/node.key"
    cp "$site/server/etc/weft/pki/ca.crt" "$root/etc/weft/ca.crt"
    cat >"$root/etc/ccm.conf" <<END
profile $site_url/profiles/$1.xml
cert_file /etc/weft/node.crt
key_file /etc/weft/node.key
ca_file /etc/weft/ca.crt
world_readable 1
get_timeout 10
retrieve_retries 1
retrieve_wait 1
END
    cat >"$root/etc/cdp-listend.conf" <<END
port         = $node_port
address      = 127.0.0.1
fetch_smear  = 0
min_interval = 0
source_burst = 0
poll         = ${site_poll:-3600}
poll_retry   = 1
END
    cat >"$root/etc/ncm-cdispd.conf" <<END
interval    = ${site_interval:-60}
retry-first = 1
END
    echo "$1 127.0.0.1:$node_port" >>"$site/server/etc/weft/notify.map"
}

site_server_start() { site_start_program cdbd cdbd --root "$site/server"; }
site_listend_start() { site_start_program "$1.cdp-listend" cdp-listend --root "$site/node/$1"; }
site_cdispd_start() {
    # One that was killed in the middle of starting a child has left its lock to that, until the child has begun.
    lock=$site/node/$1/run/weft/cdispd.pid
    [ ! -e "$lock" ] || until_true 20 flock -n "$lock" true
    site_start_program "$1.cdispd" cdispd --root "$site/node/$1"
}
site_node_start() { site_listend_start "$1" && site_cdispd_start "$1"; }

# site_commit MESSAGE: the working copy, as the administrator
site_commit() { site_cdb commit -m "$1" "$site/templates"; }
site_templates() { cp -R "$WEFT_SRC/templates" "$site/templates"; }
site_first_commit() {
    site_cdb commit -m "$1" --include-path "$WEFT_SRC/templates/example/include-path" -x seed "$site/templates"
}

# site_applied NAME: the node's dispatcher has applied the published profile: nothing pending, nothing failed
site_applied() {
    root=$site/node/$1
    [ -f "$root/var/lib/weft/ncm/status.json" ] || return 1
    cid=$(cat "$root/var/lib/ccm/current.cid")
    jq -e --argjson cid "$cid" '.cid == $cid and (.components | all(.status == "ok"))' \
        "$root/var/lib/weft/ncm/status.json" >/dev/null
}

site_stop() {
    for f in "$site"/run/*.pid; do
        [ -f "$f" ] || continue
        n=${f##*/}
        site_end_program "${n%.pid}"
    done
}
