#!/bin/sh
# The apt packager on a scratch root with sources of its own: everything in one run, and nothing that was not planned.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/debs.sh"
deb_or_skip
command -v apt-get >/dev/null && command -v dpkg-scanpackages >/dev/null || skip_all 'no apt-get or no dpkg-scanpackages'

make_deb ntp 1-1 all && make_deb ntp 2-1 all && make_deb old 1.0 all && make_deb lib 1-1 all && make_deb clock 1-1 all 'Depends: lib' && make_deb rival 1-1 all 'Conflicts: ntp' &&
    make_deb local 1-1 all && make_deb local 2-1 all && make_deb needy 1-1 all 'Depends: nowhere (>= 2)' || exit 99
mkdir -p repo/debs && mv debs/* repo/debs && mv repo/debs/local* repo/debs/needy* debs/
(cd repo && dpkg-scanpackages -m debs >Packages 2>/dev/null)
root=$PWD/root
mkdir -p "$root/etc/apt" "$root/var/lib"
echo "deb [trusted=yes] file:$PWD/repo ./" >"$root/etc/apt/sources.list"
A="spma-apt --root $root"
installed() { $A list | sort | tr '\n' ','; }

ok 'packages are had from the sources, and from files' '
    printf "install ntp 2 1 all -\ninstall old 1.0 - all -\ninstall local 1 1 all $PWD/debs/local_1-1_all.deb\n" >ops && $A apply ops >out && test "$(installed)" = "local 1 1 all,ntp 2 1 all,old 1.0 - all," &&
    head -1 out | grep -qx "begin 3" && grep -c "^done install" out | grep -qx 3'

ok 'a test changes nothing' 'printf "replace ntp 1 1 all - ntp 2 1 all\nerase old 1.0 - all\n" >ops && $A -n apply ops && installed | grep -q "ntp 2 1 all"'

ok 'downgrade and removal in one run; what is done is skipped (REQ-H-3)' '
    $A apply ops && test "$(installed)" = "local 1 1 all,ntp 1 1 all," && $A apply ops >out && printf "skip ntp-1-1.all\nskip old-1.0.all\nbegin 0\n" >want && same want out'

ok 'what apt would do besides is refused, and told' '
    printf "install clock 1 1 all -\n" >ops && code 65 $A apply ops 2>err && printf "spma-apt: error: apt would do more than was planned:\n  install lib-1-1.all\nhint: name these packages in the target\n" >want && same want err &&
    printf "install rival 1 1 all -\nerase local 1 1 all\n" >ops && code 65 $A apply ops 2>err && grep -q "  remove ntp-1-1.all" err && test "$(installed)" = "local 1 1 all,ntp 1 1 all,"'

ok 'a version that no source has is told, and so is a requirement that nothing meets' '
    printf "install ntp 9 1 all -\ninstall nobody 1 1 all -\n" >ops && code 65 $A apply ops 2>err && printf "spma-apt: error: apt refuses the packages:\n  no source has ntp-9-1.all\n  no source has nobody-1-1.all\n" >want && same want err &&
    printf "install needy 1 1 all $PWD/debs/needy_1-1_all.deb\n" >ops && code 65 $A apply ops 2>err && printf "spma-apt: error: apt refuses the packages:\n  needy-1-1.all needs nowhere (>= 2)\n" >want && same want err'

ok 'any version is the newest of the sources' 'printf "replace ntp * * * - ntp 1 1 all\n" >ops && $A apply ops && installed | grep -q "ntp 2 1 all"'

ok 'a root has a configuration of its own' '
    printf "Dir::Etc::sourcelist \"/nowhere\";\nDir::Etc::sourceparts \"/nowhere\";\n" >$root/etc/apt/apt.conf.d/99none && printf "replace ntp 1 1 all - ntp 2 1 all\n" >ops && code 65 $A apply ops 2>err && grep -q "no source has ntp-1-1" err && rm $root/etc/apt/apt.conf.d/99none'

half() { sed -i "/^Package: $1\$/,/^\$/s/^Status: .*/Status: install reinstreq half-installed/" $root/var/lib/dpkg/status && $A list | grep -q "^$1 .* broken"; }
ok 'what a kill left in part is unpacked again, or goes' '
    half ntp && printf "install ntp 2 1 all -\n" >ops && $A apply ops && installed | grep -q "ntp 2 1 all," && test -z "$(dpkg --root=$root --audit)" &&
    half ntp && printf "replace ntp 1 1 all - ntp 2 1 all\n" >ops && $A apply ops && installed | grep -q "ntp 1 1 all," &&
    half local && printf "erase local 1 1 all\n" >ops && $A apply ops && ! installed | grep local &&
    printf "install local 1 1 all $PWD/debs/local_1-1_all.deb\n" >ops && $A apply ops && half local && printf "replace local 2 1 all $PWD/debs/local_2-1_all.deb local 1 1 all\n" >ops && $A apply ops && installed | grep -q "local 2 1 all," && printf "erase local 2 1 all\n" >ops && $A apply ops && test -z "$(dpkg --root=$root --audit)"'

ok 'what the system itself has is listed by apt as by dpkg, but that apt is essential to it' '
    mkdir -p copy/var/lib
    cp -r /var/lib/dpkg copy/var/lib/ 2>/dev/null || true
    printf "\nPackage: zz-half\nStatus: install reinstreq half-installed\nVersion: 1:2-3\nArchitecture: all\nDescription: d\nMaintainer: m\n" >>copy/var/lib/dpkg/status &&
    spma-dpkg --root $PWD/copy list | sed "s/^\(apt .*[^l]\)$/\1 essential/" | sort >want && spma-apt --root $PWD/copy list | sort >got && same want got && grep -q "zz-half 1:2 3 all broken" got'

ok 'spma leaves fetching to it' '
    printf -- "- ntp 2 1 all\n- lib 1 1 all\n- clock 1 1 all\n" >$root/var/lib/spma-target.cf && spma --root $root --packager apt --guardpercent 100 2>err && test "$(installed)" = "clock 1 1 all,lib 1 1 all,ntp 2 1 all,"'
done_testing
