#!/bin/sh
# A store that cannot be used is a sentence and status 74, never a crash and never an empty store; on a full disk the
# server starts and serves, says that it cannot be written, and takes commits again when there is room.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org
server_start || exit 99
as_admin commit -m "the site" -I profiles -I . site >/dev/null || exit 99
refused() { # refused MESSAGE: the server does not start, with that sentence
    code 74 timeout 60 cdbd -f cdbd.conf --pidfile "$scratch/refused.pid" 2>err
    cat err
    grep -q "^cdbd.*error: $1" err
    grep -q '^hint: ' err
}
again() { rm -rf store/data && cp -R whole store/data; }
server_stop
cp -R store/data whole
ok 'logs that were deleted after a clean stop' '
    rm store/data/log.*
    refused "the log of the store .* is missing"'
again
ok 'logs that were emptied after a clean stop' '
    for f in store/data/log.*; do : >"$f"; done
    refused "the log of the store .* is empty"'
again
ok 'a log that was emptied after a kill: not a store of no revision' '
    server_start
    as_admin commit -m "one more" site || echo "# more" >>site/service/base.pan
    server_kill
    for f in store/data/log.*; do : >"$f"; done
    refused "the log of the store .* is empty"'
again
ok 'too few open files' '
    (ulimit -n 24; refused "cannot open .*Too many open files")'
ok 'a table of another kind' '
    echo nonsense >store/data/stage.db
    refused "cannot open the table .stage. in"'
again
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    ok 'files that cannot be read' '
        mkdir -p foreign
        cp -R whole foreign/data
        chmod 700 foreign foreign/data
        chmod 755 "$scratch"
        sed "s#^store  .*#store = $scratch/foreign#" cdbd.conf >foreign.conf
        chmod 644 foreign.conf pki/server.key
        code 74 setpriv --reuid 65534 --regid 65534 --clear-groups cdbd -f foreign.conf --pidfile /tmp/none.$$ 2>err || { cat err; false; }
        cat err
        grep -q "Permission denied" err'
else
    skip 'files that cannot be read' 'not root'
fi
if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=32m none small 2>/dev/null; then
    cleanup() { server_stop; umount -l "$scratch/small"; }
    sed -i "s#^store  .*#store = $scratch/small/store#" cdbd.conf
    rm -f site/.cdb-folder
    server_start
    as_admin commit -m "the site" -I profiles -I . site >/dev/null
    fill() { dd if=/dev/zero of=small/fill bs=64k oflag=append conv=notrunc 2>/dev/null || :; dd if=/dev/zero of=small/fill2 bs=512 2>/dev/null || :; }
    for how in stop kill kill; do
        ok "a full disk, restart after $how: it serves, and says that it is read only" '
            fill
            as_admin commit -m "does not fit" site >out 2>&1 || :
            rm -f small/store/data/ballast
            server_'"$how"'
            fill
            server_start
            [ "$(status $b1 /profiles/$b1.xml)" = 200 ]
            ask admin /api/v1/health | jq -e ".status == \"ok\" and .writable == false"
            echo "# changed $(date +%N)" >>site/service/base.pan
            code 74 as_admin commit -m "no room" site 2>err
            grep -q "^hint: free some space" err'
    done
    ok 'with room again it takes commits, by itself' '
        rm small/fill small/fill2
        echo "# changed" >>site/service/base.pan
        as_admin commit -m "room" site
        ask admin /api/v1/health | jq -e .writable
        as_admin verify --compile'
else
    skip 'a full disk' 'nothing can be mounted'
fi
done_testing
