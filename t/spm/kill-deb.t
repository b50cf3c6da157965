#!/bin/sh
# SIGKILL at any moment, on nodes with dpkg, directly and through apt: the package database stays readable, and the next
# run brings the node to its target. KILLS=n for another number than 2 of each kind.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/debs.sh"
deb_or_skip
. "$WEFT_SRC/t/spm/kill.sh"

names='aa bb cc dd ee ff'
for p in $names; do for v in 1-1 2-1; do make_deb $p $v all || exit 99; done; done
# node NAME: a scratch root
node() {
    WEFT_ROOT=$PWD/$1
    export WEFT_ROOT
    mkdir -p "$WEFT_ROOT/var/lib" "$WEFT_ROOT/etc/apt"
    echo "packager = $1" >"$WEFT_ROOT/etc/spma.conf"
}

node dpkg
kill_target() { for p in $names; do echo "$scratch/debs $p $1 1 all"; done >"$WEFT_ROOT/var/lib/spma-target.cf"; }
kill_rounds dpkg all "${KILLS:-2}" || exit 99
ok 'dpkg finds nothing wrong' 'test -z "$(dpkg --root=$WEFT_ROOT --audit)" && spma-dpkg --root $WEFT_ROOT verify'

if command -v apt-get >/dev/null && command -v dpkg-scanpackages >/dev/null; then
    node apt
    (cd debs && dpkg-scanpackages -m . >Packages 2>/dev/null)
    echo "deb [trusted=yes] file:$PWD/debs ./" >"$WEFT_ROOT/etc/apt/sources.list"
    kill_target() { for p in $names; do echo "- $p $1 1 all"; done >"$WEFT_ROOT/var/lib/spma-target.cf"; }
    kill_rounds apt all "${KILLS:-2}" || exit 99
    ok 'dpkg finds nothing wrong after apt' 'test -z "$(dpkg --root=$WEFT_ROOT --audit)" && spma-apt --root $WEFT_ROOT verify'
else
    skip 'apt under kills' 'no apt-get or no dpkg-scanpackages'
fi
done_testing
