#!/bin/sh
# The dpkg packager: lists, installs, replaces and removes packages on a scratch root with dpkg alone.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/debs.sh"
deb_or_skip

arch=$(dpkg --print-architecture)
make_deb ntp 1-1 all && make_deb ntp 2-1 all && make_deb old 1.0 all && make_deb epoch 4:1-1 "$arch" &&
    make_deb needy 1-1 all 'Depends: nowhere' && make_deb new 1-1 all 'Conflicts: old' 'Replaces: old' &&
    make_deb early 1-1 all 'Pre-Depends: zlater' && make_deb zlater 1-1 all && make_deb vital 1-1 all 'Essential: yes' || exit 99
root=$PWD/root
mkdir -p "$root"
D="spma-dpkg --root $root"
installed() { $D list | sort; }

ok 'a root without a database has no packages' '$D list >out && test ! -s out'

ok 'packages are installed, with epochs and without releases' '
    printf "install ntp 1 1 all %s\ninstall old 1.0 - all %s\ninstall epoch 4:1 1 $arch %s\ninstall vital 1 1 all %s\n" \
        $PWD/debs/ntp_1-1_all.deb $PWD/debs/old_1.0_all.deb $PWD/debs/epoch_1-1_$arch.deb $PWD/debs/vital_1-1_all.deb >ops &&
    $D apply ops >out && installed >got &&
    printf "epoch 4:1 1 $arch\nntp 1 1 all\nold 1.0 - all\nvital 1 1 all essential\n" >want && same want got &&
    head -1 out | grep -qx "begin 4" && grep -c "^done install" out | grep -qx 4'

ok 'a test changes nothing' '
    printf "replace ntp 2 1 all %s ntp 1 1 all\n" $PWD/debs/ntp_2-1_all.deb >ops &&
    $D -n apply ops && installed | grep -qx "ntp 1 1 all"'

ok 'a replacement up, and down again (REQ-H-3)' '
    $D apply ops && installed | grep -qx "ntp 2 1 all" && test -e $root/opt/ntp/2-1 && test ! -e $root/opt/ntp/1-1 &&
    printf "replace ntp 1 1 all %s ntp 2 1 all\n" $PWD/debs/ntp_1-1_all.deb >ops &&
    $D apply ops && installed | grep -qx "ntp 1 1 all"'

ok 'what was done already is skipped' '$D apply ops >out && printf "skip ntp-1-1.all\nbegin 0\n" >want && same want out'

ok 'a package that goes makes way for one that conflicts with it' '
    printf "install new 1 1 all %s\nerase old 1.0 - all\n" $PWD/debs/new_1-1_all.deb >ops &&
    $D apply ops && installed >got && ! grep ^old got && grep -qx "new 1 1 all" got'

ok 'a pre-dependency later in the file is installed first' '
    printf "install early 1 1 all %s\ninstall zlater 1 1 all %s\n" $PWD/debs/early_1-1_all.deb $PWD/debs/zlater_1-1_all.deb >ops &&
    $D apply ops && installed | grep -qx "early 1 1 all"'

ok 'an unmet dependency is told, and leaves a package that is listed as half installed' '
    printf "install needy 1 1 all %s\n" $PWD/debs/needy_1-1_all.deb >ops &&
    code 1 $D apply ops 2>err && grep "needy depends on nowhere" err &&
    installed | grep -qx "needy 1 1 all broken"'

ok 'it can be erased' 'printf "erase needy 1 1 all\n" >ops && $D apply ops && ! installed | grep needy'

half() { sed -i "/^Package: $1\$/,/^\$/s/^Status: .*/Status: install reinstreq half-installed/" $root/var/lib/dpkg/status && installed | grep -q "^$1 .* broken"; }
ok 'what a kill left in part is unpacked again, or goes' '
    half ntp && printf "install ntp 1 1 all %s\n" $PWD/debs/ntp_1-1_all.deb >ops && $D apply ops && installed | grep -qx "ntp 1 1 all" &&
    half new && printf "erase new 1 1 all\n" >ops && $D apply ops && ! installed | grep new && test -z "$(dpkg --root=$root --audit)"'

ok 'a damaged file and another package are refused before anything happens' '
    head -c 300 debs/ntp_2-1_all.deb >bad.deb &&
    printf "replace ntp 2 1 all %s ntp 1 1 all\n" $PWD/bad.deb >ops &&
    code 65 $D apply ops 2>err && grep "is no good package" err &&
    printf "replace ntp 2 1 all %s ntp 1 1 all\n" $PWD/debs/old_1.0_all.deb >ops &&
    code 65 $D apply ops 2>err && grep -F "holds old-1.0.all, not ntp-2-1.all" err &&
    installed | grep -qx "ntp 1 1 all"'

ok 'what the system itself has is listed as dpkg lists it, also beside a run of dpkg' '
    mkdir -p copy/var/lib
    cp -r /var/lib/dpkg copy/var/lib/ 2>/dev/null || true
    printf "\nPackage: zz-half\nStatus: install reinstreq half-installed\nVersion: 1:2-3\nArchitecture: all\nDescription: d\nMaintainer: m\n" >>copy/var/lib/dpkg/status &&
    rm -f copy/var/lib/dpkg/updates/* && spma-dpkg --root $PWD/copy list | sort >got && touch copy/var/lib/dpkg/updates/0000 && spma-dpkg --root $PWD/copy list | sort >want && same want got &&
    grep -qx "zz-half 1:2 3 all broken" got && test "$(grep -vc broken got)" -gt 10'

ok 'a changed file is found' '
    $D verify ntp && echo changed >$root/opt/ntp/1-1 &&
    code 1 $D verify >out && grep /opt/ntp/1-1 out'
done_testing
