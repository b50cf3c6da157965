#!/bin/sh
# Somebody else changes packages: he is waited for, and what an interrupted run left is finished afterwards, not forgotten.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
. "$WEFT_SRC/t/spm/debs.sh"
rpm_or_skip
pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null || true; done; }
cat >hold.pl <<'END'
# hold.pl SECONDS FILE: the lock of fcntl(2) on it
use strict; use warnings; use Fcntl; use Time::HiRes 'sleep';
my ($seconds, $file) = @ARGV;
open my $f, '+>>', $file or die "$file: $!";
my $lock = pack 's s x4 q q i x4', F_WRLCK, 0, 0, 0, 0;
fcntl($f, F_SETLK, $lock) or die "$file: $!";
open my $held, '>', 'held'; close $held;
sleep $seconds;
END
# hold SECONDS FILE
hold() { rm -f held; perl hold.pl "$@" & pids="$pids $!"; until_true 5 test -e held; }
names='aa bb cc dd ee ff'
for p in $names; do for v in 1 2; do make_rpm $p $v 1 'BuildArch: noarch' || exit 99; done; done
# node NAME PACKAGER FOLDER ARCH
node() {
    export WEFT_ROOT=$scratch/$1
    lib=$WEFT_ROOT/var/lib files=$3 arch=$4
    mkdir -p "$lib" "$WEFT_ROOT/etc"
    echo "packager = $2" >"$WEFT_ROOT/etc/spma.conf"
}
target() { for p in $names; do echo "$files $p $1 1 $arch"; done >"$lib/spma-target.cf"; }
# interrupted LINE...: a journal of a run that was killed, of which some operations were done
interrupted() { mkdir -p "$lib/weft/spma"; printf '%s\n' "$@" >"$lib/weft/spma/journal"; }

node rpm rpm "$scratch/rpms" noarch
target 1
spma 2>err || { cat err; exit 99; }
lock=$(find "$WEFT_ROOT" -name .rpm.lock)
ok 'a transaction of rpm is waited for, without a terminal too' '
    hold 1.5 $lock
    target 2
    spma apply </dev/null 2>err
    spma-rpm list | grep -c " 2 1 " | grep -qx 6'
ok 'what was interrupted waits for it, and nothing is planned from half of it' '
    for p in aa bb; do rpm --root $WEFT_ROOT -U --oldpackage rpms/$p-1-1.noarch.rpm; done
    interrupted "replace aa 1 1 noarch $files/aa-1-1.noarch.rpm aa 2 1 noarch" "replace cc 1 1 noarch $files/cc-1-1.noarch.rpm cc 2 1 noarch"
    hold 2.5 $lock
    code 75 spma apply --applytimeout 1 2>err
    grep -q "error: the interrupted run cannot be finished yet: the rpm database is locked by somebody else" err
    test -e $lib/weft/spma/journal
    spma apply 2>err
    grep -q "the interrupted run is finished" err
    test ! -e $lib/weft/spma/journal
    spma-rpm list | grep -c " 2 1 " | grep -qx 6'
ok 'a run that never got the lock did nothing, and says so' '
    target 1
    hold 3 $lock
    code 75 spma apply --applytimeout 1 2>err
    test ! -e $lib/weft/spma/journal
    test "$(spma history | grep -c .)" = 3
    spma apply'

if command -v dpkg-deb >/dev/null && [ -x /bin/busybox ]; then
    for p in $names; do for v in 1-1 2-1; do make_deb $p $v all || exit 99; done; done
    (cd debs && dpkg-scanpackages -m . >Packages 2>/dev/null)
    for packager in dpkg apt; do
        node $packager $packager "$scratch/debs" all
        mkdir -p "$WEFT_ROOT/etc/apt"
        : >"$WEFT_ROOT/etc/apt/sources.list"
        target 1
        spma 2>err || { cat err; exit 99; }
        for lock in lock-frontend lock; do
            ok "$packager: who holds dpkg's $lock is waited for" '
                version=2
                test $lock = lock-frontend || version=1
                hold 1.5 $lib/dpkg/$lock
                target $version
                spma apply 2>err || { cat err; exit 1; }
                spma-dpkg list | grep -c " $version 1 " | grep -qx 6'
        done
        ok "$packager: and named when he does not end" '
            target 2
            hold 3 $lib/dpkg/lock-frontend
            code 75 spma apply --applytimeout 1 2>err
            grep -q "error: the package database is locked by process $(echo $pids | sed "s/.* //")" err
            spma-dpkg list | grep -c " 1 1 " | grep -qx 6'
    done
else
    skip 'dpkg and apt under locks' 'no dpkg or no busybox'
fi
done_testing
