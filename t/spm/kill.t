#!/bin/sh
# SIGKILL at any moment, on nodes with rpm: the package database stays readable, and the next run brings the node to its
# target. KILLS=n for another number than 3 of each kind with the packager rpm and 2 with dnf.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
. "$WEFT_SRC/t/spm/kill.sh"

names='aa bb cc dd ee ff'
for p in $names; do for v in 1 2; do make_rpm $p $v 1 'BuildArch: noarch' || exit 99; done; done
# node NAME: a scratch root
node() {
    WEFT_ROOT=$PWD/$1
    export WEFT_ROOT
    mkdir -p "$WEFT_ROOT/var/lib" "$WEFT_ROOT/etc/yum.repos.d"
    echo "packager = $1" >"$WEFT_ROOT/etc/spma.conf"
}

node rpm
kill_target() { for p in $names; do echo "$scratch/rpms $p $1 1 noarch"; done >"$WEFT_ROOT/var/lib/spma-target.cf"; }
kill_rounds rpm noarch "${KILLS:-3}" || exit 99
ok 'rpm finds nothing wrong' 'rpm --root $WEFT_ROOT -Va >out && test ! -s out'

if command -v dnf >/dev/null && command -v createrepo_c >/dev/null; then
    createrepo_c -q rpms || exit 99
    node dnf
    printf '[base]\nname=base\nbaseurl=file://%s/rpms\ngpgcheck=0\n' "$PWD" >"$WEFT_ROOT/etc/yum.repos.d/base.repo"
    kill_target() { for p in $names; do echo "- $p $1 1 noarch"; done >"$WEFT_ROOT/var/lib/spma-target.cf"; }
    kill_rounds dnf noarch "${KILLS:-2}" || exit 99
    ok 'rpm finds nothing wrong after dnf' 'rpm --root $WEFT_ROOT -Va >out && test ! -s out'
else
    skip 'dnf under kills' 'no dnf or no createrepo_c'
fi
done_testing
