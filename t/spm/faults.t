#!/bin/sh
# What goes wrong on real nodes: a disk that fills up during a download or a transaction, scripts of packages that hang,
# two agents at once, an ftp server. The database stays consistent, and the next run completes.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
. "$WEFT_SRC/t/spm/debs.sh"
rpm_or_skip
# Small disks of our own, which go with us.
if [ -z "$IN_MOUNTS" ]; then
    unshare -m true 2>/dev/null || skip_all 'no mounts of our own'
    export IN_MOUNTS=1
    again_in unshare -m
fi
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'

pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null; done; for m in $mounts; do umount "$m"; done; }
mounts=
disk() { mkdir -p "$2" && mount -t tmpfs -o "size=$1" none "$2" && mounts="$2 $mounts"; }
more() { mount -o "remount,size=$1" "$2"; }

make_rpm small 1 1 'BuildArch: noarch' && make_rpm ntp 1 1 'BuildArch: noarch' && make_rpm ntp 2 1 'BuildArch: noarch' && rpm_noise=700000 make_rpm big 1 1 'BuildArch: noarch' && rpm_noise=700000 make_rpm huge 1 1 'BuildArch: noarch' &&
    make_rpm greedy 1 1 'BuildArch: noarch' '%pre -p <lua>\nlocal f = io.open("/filler", "w") for i = 1, 4000 do f:write(string.rep("x", 1024)) end f:close()' &&
    make_rpm slow 1 1 'BuildArch: noarch' '%pre -p <lua>\nposix.sleep(1)' &&
    make_rpm shell 1 1 'BuildArch: noarch' 'Provides: /bin/sh' && make_rpm hang 1 1 'BuildArch: noarch' '%post -p /bin/sh\n/bin/sleep 86399' && make_rpm wait 1 1 'BuildArch: noarch' '%pre -p <lua>\nposix.sleep(1000)' || exit 99
mkdir -p web && mv rpms/*.rpm web/ && createrepo_c -q web || exit 99
perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD/web" "$PWD/port" "$PWD/log" & pids=$!
until_true 10 test -s port || exit 99
# root NAME: a node of its own
root() {
    WEFT_ROOT=$scratch/$1 lib=$scratch/$1/var/lib
    export WEFT_ROOT
    mkdir -p "$lib"
    printf '[{"name": "base", "protocols": [{"url": "http://127.0.0.1:%s"}]}]' "$(cat port)" >"$lib/spma-repositories.json"
}
target() { printf -- '- %s 1 noarch\n' "$@" >"$lib/spma-target.cf"; }
installed() { spma-rpm list | sort | tr '\n' ','; }
sound() { rpm --root "$WEFT_ROOT" -Va --noscripts >va 2>&1; rpmdb --root "$WEFT_ROOT" --verifydb; }

root full
disk 1m "$WEFT_ROOT/var/spma-cache"
ok 'a disk that is full in the middle of a download is told once; no file is there in part' '
    target "big 1" "huge 1" "small 1"
    code 74 spma prefetch 2>err
    grep -q "^spma: error: cannot write .*/var/spma-cache/.*part.: No space left on device$" err
    test "$(grep -c error err)" = 1
    for f in $WEFT_ROOT/var/spma-cache/*.rpm; do test ! -e "$f" || cmp "$f" "web/${f##*/}"; done
    test -z "$(installed)"'
ok 'with more room, the next run goes on where it stopped' '
    more 8m $WEFT_ROOT/var/spma-cache && ls $WEFT_ROOT/var/spma-cache | grep part && : >log && spma 2>err && test "$(installed)" = "big 1 1 noarch,huge 1 1 noarch,small 1 1 noarch," && grep rpm log | grep -qv " 0$"'

root state
disk 128k "$lib/weft/spma"
ok 'a full disk below the state costs no package' '
    target "small 1" && spma 2>err && { head -c 200000 /dev/zero >$lib/weft/spma/filler || true; test -s $lib/weft/spma/filler; } 2>/dev/null && target "small 1" "ntp 1" && code 74 spma apply 2>err && cat err && grep -q "No space left" err &&
    test "$(installed)" = "small 1 1 noarch," && rm $lib/weft/spma/filler && spma 2>err && test "$(installed)" = "ntp 1 1 noarch,small 1 1 noarch,"'

root transaction
disk 4m "$WEFT_ROOT"
mkdir -p "$lib"
root transaction
ok 'rpm: a transaction that needs more than there is does not begin' '
    target "small 1"
    spma 2>err
    head -c 2500000 /dev/zero >$WEFT_ROOT/filler
    target "small 1" "huge 1"
    rm -rf $WEFT_ROOT/var/spma-cache
    code 1 spma apply --localcache no 2>err
    cat err; grep -q "more space\|needs .*B\|No space left" err &&
    test "$(installed)" = "small 1 1 noarch," && rm $WEFT_ROOT/filler && sound && spma apply 2>err && installed | grep -q huge'
ok 'rpm: a disk that fills up in the middle of a transaction: the database is sound, the next run completes' '
    target "small 1" "greedy 1" "ntp 2" && rm -rf $WEFT_ROOT/var/spma-cache/* && { spma apply 2>err; s=$?; cat err; test $s != 0; } && rm $WEFT_ROOT/filler && sound && spma-rpm list &&
    sed -i /greedy/d $lib/spma-target.cf && spma apply 2>err && test "$(installed)" = "ntp 2 1 noarch,small 1 1 noarch," && sound && test ! -s va && test ! -e $lib/weft/spma/journal'

root hang
mkdir -p "$WEFT_ROOT/bin"
if cp /bin/busybox "$WEFT_ROOT/bin/" 2>/dev/null && "$WEFT_ROOT/bin/busybox" true 2>/dev/null && ! ldd /bin/busybox >/dev/null 2>&1; then
    ln -s busybox "$WEFT_ROOT/bin/sh" && ln -s busybox "$WEFT_ROOT/bin/sleep"
    ok 'a script that hangs is ended, with what it started, and named; the next run goes on' '
        target "ntp 1" "shell 1"
        spma 2>err
        target "ntp 2" "shell 1" "hang 1"
        code 1 spma apply --dependencies ignore --applytimeout 2s 2>err
        cat err; grep -q "did not finish within 2 s and was ended; the last script it ran was %post hang-1-1.noarch" err &&
        until_true 5 sh -c "! ps -eo args | grep -q \"[s]leep 86399\"" && sound && test ! -e $lib/weft/spma/journal && target "ntp 2" "shell 1" && spma apply --dependencies ignore 2>err && test "$(installed)" = "ntp 2 1 noarch,shell 1 1 noarch,"'
else
    skip 'a script that hangs is ended, with what it started, and named; the next run goes on' 'no static busybox'
fi
ok 'so is one inside rpm itself' '
    target "ntp 2" "shell 1" "wait 1"
    code 1 spma apply --dependencies ignore --applytimeout 1s 2>err
    cat err; grep -q "the last script it ran was %pre wait-1-1.noarch" err && target "ntp 1" && spma apply --guardpercent 100 2>err && test "$(installed)" = "ntp 1 1 noarch,"'

root two
ok 'two agents at once: one works, the other waits and finds nothing to do; plans need not wait' '
    target "ntp 1" "slow 1"
    spma prefetch 2>/dev/null
    spma apply >out1 2>err1 & one=$!
    until_true 20 test -e $lib/weft/spma/journal || cat err1
    spma plan >plan
    spma apply --retries 1000 --timeout 0.1 >out2 2>err2 || cat err2
    wait $one
    grep -q "done, run 1" err1
    grep -q "nothing to do" err2
    test "$(installed)" = "ntp 1 1 noarch,slow 1 1 noarch,"
    spma history | grep -c . | grep -qx 1'
ok 'without their lock, that of rpm keeps them apart' '
    target "ntp 2" && spma 2>/dev/null && target "ntp 1" "slow 1" && spma prefetch 2>/dev/null && { spma apply --ignorelock yes >out1 2>err1 & one=$!; } && { spma apply --ignorelock yes >out2 2>err2 || true; wait $one || true; } && cat err1 err2 &&
    sound && spma apply 2>err && test "$(installed)" = "ntp 1 1 noarch,slow 1 1 noarch," && sound && test ! -s va'

if command -v dpkg-deb >/dev/null; then
    make_deb ntp 1-1 all && make_deb tool 1-1 all && mkdir -p build2/DEBIAN build2/opt/big && head -c 3000000 /dev/urandom >build2/opt/big/noise &&
        printf 'Package: big\nVersion: 1-1\nArchitecture: all\nMaintainer: m\nDescription: d\n' >build2/DEBIAN/control && dpkg-deb -Zgzip --root-owner-group -b build2 debs/big_1-1_all.deb >/dev/null || exit 99
    WEFT_ROOT=$scratch/deb lib=$scratch/deb/var/lib
    disk 2m "$WEFT_ROOT"
    mkdir -p "$lib" "$WEFT_ROOT/etc"
    echo 'packager = dpkg' >"$WEFT_ROOT/etc/spma.conf"
    debs() { printf "$scratch/debs %s 1 1 all\n" "$@" >"$lib/spma-target.cf"; }
    ok 'dpkg: a disk that fills up in the middle: what is half there is known as such, the next run completes' '
        debs ntp && spma 2>err && debs ntp big tool && code 1 spma apply 2>err && cat err && grep -q "No space left" err && spma-dpkg list | grep -q "ntp 1 1 all" &&
        more 8m $WEFT_ROOT && spma apply 2>err && test "$(spma-dpkg list | sort | tr "\n" ,)" = "big 1 1 all,ntp 1 1 all,tool 1 1 all," && test -z "$(dpkg --root=$WEFT_ROOT --audit)"'
fi

root ftp
cat >ftpd.py <<'END'
import sys, logging
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
logging.basicConfig(filename='ftplog', level=logging.INFO)
authorizer = DummyAuthorizer()
authorizer.add_anonymous(sys.argv[1])
FTPHandler.authorizer = authorizer
server = FTPServer(('127.0.0.1', 0), FTPHandler)
open('ftpport.new', 'w').write(str(server.address[1]))
import os; os.rename('ftpport.new', 'ftpport')
server.serve_forever()
END
if /usr/bin/python3 -c 'import pyftpdlib' 2>/dev/null; then
    /usr/bin/python3 ftpd.py "$PWD/web" & pids="$pids $!"
    until_true 10 test -s ftpport || exit 99
    ok 'metadata and packages by ftp, resumed where a download stopped' '
        printf "[{\"name\": \"base\", \"protocols\": [{\"url\": \"ftp://127.0.0.1:%s\"}]}]" $(cat ftpport) >$lib/spma-repositories.json && target "ntp 1" "big 1" &&
        mkdir -p $WEFT_ROOT/var/spma-cache && head -c 300000 web/big-1-1.noarch.rpm >$WEFT_ROOT/var/spma-cache/big-1-1.noarch.rpm.part && spma 2>err && test "$(installed)" = "big 1 1 noarch,ntp 1 1 noarch," &&
        grep -q "RETR .*/ntp-1-1.noarch.rpm completed=1" ftplog && size=$(stat -c %s web/big-1-1.noarch.rpm) && grep -q "RETR .*/big-1-1.noarch.rpm completed=1 bytes=$((size - 300000)) " ftplog'
    ok 'an ftp server without the package says so' '
        rm web/ntp-2-1.noarch.rpm && target "ntp 2" "big 1" && code 69 spma apply 2>err && cat err && grep -q "cannot get .ftp://127.0.0.1:.*/ntp-2-1.noarch.rpm." err && installed | grep -q "ntp 1"'
else
    skip 'metadata and packages by ftp' 'no pyftpdlib'
fi
done_testing
