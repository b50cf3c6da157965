#!/bin/sh
# The rpm packager: lists, and carries out installations, replacements and erasures in one transaction on a scratch root.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip

for v in 1 2 3; do
    rpm_logs_as=ntp-$v
    make_rpm ntp $v 1 'BuildArch: noarch' "$(logging post)" "$(logging preun)" "$(logging postun)" || exit 99
done
make_rpm old 1 1 'BuildArch: noarch' && make_rpm needy 1 1 'BuildArch: noarch' 'Requires: nowhere' &&
    make_rpm epoch 1 1 'BuildArch: noarch' 'Epoch: 4' && rpm_beside=1 make_rpm kernel 1 1 && rpm_beside=1 make_rpm kernel 2 1 && rpm_also=/opt/ntp/same make_rpm clash 1 1 'BuildArch: noarch' &&
    make_rpm rude 1 1 'BuildArch: noarch' '%pre -p <lua>\nerror("no")' || exit 99
arch=$(rpm --eval '%_target_cpu')
root=$PWD/root
mkdir -p "$root"
R="spma-rpm --root $root"
installed() { $R list | sort; }

ok 'a root without a database has no packages' '$R list >out && test ! -s out'

ok 'several packages are installed at once' '
    printf "install ntp 1 1 noarch %s\ninstall old 1 1 noarch %s\ninstall epoch 4:1 1 noarch %s\n" $PWD/rpms/ntp-1-1.noarch.rpm \
        $PWD/rpms/old-1-1.noarch.rpm $PWD/rpms/epoch-1-1.noarch.rpm >ops &&
    $R apply ops >out && installed >got &&
    printf "epoch 4:1 1 noarch\nntp 1 1 noarch\nold 1 1 noarch\n" >want && same want got &&
    sort out >got && printf "begin 3\ndone install epoch-4:1-1.noarch\ndone install ntp-1-1.noarch\ndone install old-1-1.noarch\nscript %%post ntp-1-1.noarch\n" >want && same want got'

ok 'rpm itself sees them' 'rpm --root $root -q ntp epoch && rpm --root $root -V ntp'

ok 'a test changes nothing' '
    printf "replace ntp 2 1 noarch %s ntp 1 1 noarch\nerase old 1 1 noarch\n" $PWD/rpms/ntp-2-1.noarch.rpm >ops &&
    $R -n apply ops && installed | grep -qx "ntp 1 1 noarch" && test ! -e $root/opt/ntp/2-1'

ok 'one transaction replaces and erases, and scripts see an upgrade (REQ-H-3)' '
    : >$root/log &&
    $R apply ops && installed >got && printf "epoch 4:1 1 noarch\nntp 2 1 noarch\n" >want && same want got &&
    printf "ntp-2 post 2\nntp-1 preun 1\nntp-1 postun 1\n" >want && same want $root/log &&
    test -e $root/opt/ntp/2-1 && test ! -e $root/opt/ntp/1-1 && test "$(cat $root/opt/ntp/same)" = 2'

ok 'a downgrade is a replacement like any other' '
    printf "replace ntp 1 1 noarch %s ntp 2 1 noarch\n" $PWD/rpms/ntp-1-1.noarch.rpm >ops &&
    : >$root/log &&
    $R apply ops && installed | grep -qx "ntp 1 1 noarch" && ! installed | grep "ntp 2" &&
    printf "ntp-1 post 2\nntp-2 preun 1\nntp-2 postun 1\n" >want && same want $root/log'

ok 'what an interrupted run has done already is skipped' '
    $R apply ops >out && printf "skip ntp-1-1.noarch\nskip ntp-2-1.noarch\n" >want && same want out'

ok 'after a kill between install and erase, the erase is made up for' '
    rpm --root $root -i --force --nodeps $PWD/rpms/ntp-2-1.noarch.rpm &&
    installed | grep -c ntp | grep -qx 2 &&
    $R apply ops && installed | grep ntp >got && echo "ntp 1 1 noarch" >want && same want got &&
    test "$(cat $root/opt/ntp/same)" = 1 && test ! -e $root/opt/ntp/2-1'

ok 'several versions live beside each other; one goes, one stays' '
    printf "install kernel 1 1 $arch %s\ninstall kernel 2 1 $arch %s\n" $PWD/rpms/kernel-1-1.$arch.rpm $PWD/rpms/kernel-2-1.$arch.rpm >ops &&
    $R apply ops >out && installed | grep -c "^kernel" | grep -qx 2 &&
    printf "erase kernel 1 1 $arch\n" >ops && $R apply ops && installed | grep "^kernel" >got && echo "kernel 2 1 $arch" >want && same want got &&
    test -e $root/opt/kernel/2-1 && test ! -e $root/opt/kernel/1-1'

ok 'files of two packages that clash are told, nothing happens' '
    printf "install clash 1 1 noarch %s\n" $PWD/rpms/clash-1-1.noarch.rpm >ops
    code 65 $R apply ops 2>err
    grep "file /opt/ntp/same from install of clash-1-1.noarch conflicts" err && ! installed | grep clash'

ok 'an unmet requirement is told before anything happens' '
    printf "install needy 1 1 noarch %s\nerase ntp 1 1 noarch\n" $PWD/rpms/needy-1-1.noarch.rpm >ops &&
    code 65 $R apply ops 2>err &&
    printf "spma-rpm: error: the packages do not fit together:\n  nowhere is needed by needy-1-1.noarch\n" >want && same want err &&
    installed | grep -qx "ntp 1 1 noarch"'

ok 'a package file that is damaged, missing or another one is refused' '
    cp rpms/ntp-3-1.noarch.rpm bad.rpm && printf xxxx | dd of=bad.rpm bs=1 seek=$(($(stat -c %s bad.rpm) - 50)) conv=notrunc 2>/dev/null &&
    printf "replace ntp 3 1 noarch %s ntp 1 1 noarch\n" $PWD/bad.rpm >ops &&
    code 65 $R apply ops 2>err &&
    printf "replace ntp 3 1 noarch %s ntp 1 1 noarch\n" $PWD/none.rpm >ops &&
    code 74 $R apply ops 2>err && grep -F "cannot open '"'$PWD/none.rpm'"': No such file or directory" err &&
    printf "replace ntp 3 1 noarch %s ntp 1 1 noarch\n" $PWD/rpms/old-1-1.noarch.rpm >ops &&
    code 65 $R apply ops 2>err && grep -F "holds old-1-1.noarch, not ntp-3-1.noarch" err &&
    installed | grep -qx "ntp 1 1 noarch"'

ok 'a failing script is told, with status 1' '
    printf "install rude 1 1 noarch %s\n" $PWD/rpms/rude-1-1.noarch.rpm >ops &&
    code 1 $R apply ops 2>err && grep "a script of rude-1-1.noarch failed" err &&
    ! installed | grep rude'

ok 'an unsigned package is refused where signatures are asked for' '
    printf "replace ntp 3 1 noarch %s ntp 1 1 noarch\n" $PWD/rpms/ntp-3-1.noarch.rpm >ops &&
    code 65 $R --checksig apply ops 2>err && cat err && installed | grep -qx "ntp 1 1 noarch"'

ok 'a changed file is found, and nothing else is' '
    $R verify ntp && echo changed >$root/opt/ntp/1-1 &&
    code 1 $R verify >out && grep /opt/ntp/1-1 out && test $(grep -c . out) = 1'

ok 'an operation file that is none is refused with its line' '
    printf "install ntp 1\n" >ops &&
    code 65 $R apply ops 2>err && head -1 err >got && echo "ops:1:1: error: '"'install'"' has the wrong number of fields" >want && same want got'
done_testing
