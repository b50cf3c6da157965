#!/bin/sh
# What others need decides as dnf and apt decide: packages in two architectures are upgraded together, dependencies that
# are there are upgraded when something needs them newer, and the lines of the target that stand in the way are named.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
. "$WEFT_SRC/t/spm/debs.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'
[ "$(uname -m)" = x86_64 ] || skip_all 'its two architectures are x86_64 and i686'

rpm_beside=yes
for v in 1 2; do
    make_rpm tool $v 1 'BuildArch: noarch' || exit 99
    for rpm_arch in x86_64 i686; do make_rpm both $v 1 || exit 99; mv rpms/both-$v-1.$rpm_arch.rpm . && rm -rf build; done
    rpm_arch=
done
for v in 1 2; do make_rpm lib $v 1 'BuildArch: noarch' && make_rpm kernel $v 1 'BuildArch: noarch' || exit 99; done
make_rpm app 1 1 'BuildArch: noarch' 'Requires: lib >= 2' && make_rpm old 1 1 'BuildArch: noarch' && make_rpm heir 1 1 'BuildArch: noarch' 'Obsoletes: old' || exit 99
rpm_arch=i686 make_rpm newer 2 1 && rpm_arch=x86_64 make_rpm newer 1 1 && mv both-* rpms/ && createrepo_c -q rpms || exit 99
export WEFT_ROOT=$scratch/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc"
echo 'guardpercent = 100' >"$WEFT_ROOT/etc/spma.conf"
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
installed() { spma-rpm list | sort | sed 's/ /-/; s/ /-/; s/ /./' | tr '\n' ' '; }
repository() { printf '[{"name": "base", %s "protocols": [{"name": "f", "url": "file://%s/rpms"}]}]' "$1" "$scratch" >"$lib/spma-repositories.json"; }
repository

ok 'both architectures of a library are installed, and upgraded, together' '
    printf "%s\n" "file://$scratch/rpms both 1 1 x86_64" "file://$scratch/rpms both 1 1 i686" >$lib/spma-target.cf
    for a in x86_64 i686; do echo "install both 1 1 $a $scratch/rpms/both-1-1.$a.rpm"; done >ops
    rpm --root $WEFT_ROOT -i --ignorearch rpms/both-1-1.x86_64.rpm rpms/both-1-1.i686.rpm
    target "both 2 1 x86_64" "both 2 1 i686"
    spma plan >out
    printf "%s\n" "replace both-2-1.i686 < both-1-1.i686 (upgrade): wanted by line 2 of the target" "replace both-2-1.x86_64 < both-1-1.x86_64 (upgrade): wanted by line 1 of the target" "0 to install, 2 to replace, 0 to erase" >want
    same want out'

ok 'both are of one version, as for dnf, and that is what is said' '
    target "both 2 1 x86_64" "both 1 1 i686"
    code 77 spma plan >out
    cat out
    grep -qF "refused (dependencies): '"'both-1-1.i686' would have to become 'both-2-1.i686': both-2-1.x86_64 is of another version, and all architectures of a name have one, and line 2 of the target keeps it at 1-1"'" out'

rm -rf "$WEFT_ROOT/var/lib/rpm" "$WEFT_ROOT/opt" "$lib/weft"
ok 'what a wanted package needs newer is upgraded where any version will do' '
    target "lib 1 1 noarch"
    spma
    target "app * * *" "lib * * *"
    spma --dependencies add plan >out
    printf "%s\n" "replace lib-2-1.noarch < lib-1-1.noarch (upgrade): app-1-1.noarch needs lib >= 2" "install app-1-1.noarch: wanted by line 1 of the target" "1 to install, 1 to replace, 0 to erase" >want
    same want out'
ok 'so it is where it is the users, and remains theirs' '
    : >$lib/spma-managed-packages
    target "app * * *"
    spma --dependencies add --userpkgs yes apply
    test "$(installed)" = "app-1-1.noarch lib-2-1.noarch "
    grep -q app $lib/spma-managed-packages
    not grep -q lib $lib/spma-managed-packages'
rm -rf "$WEFT_ROOT/var/lib/rpm" "$WEFT_ROOT/opt" "$lib/weft"
ok 'a line that keeps it as it is is named' '
    target "lib 1 1 noarch"
    spma
    target "app * * *" "lib 1 1 noarch"
    code 77 spma --dependencies add apply 2>err
    grep -qF "'"'lib-1-1.noarch' would have to become 'lib-2-1.noarch': app-1-1.noarch needs lib >= 2, and line 2 of the target keeps it at 1-1"'" err
    grep -q "hint: change the target" err
    not grep -q "run again with --override" err
    target "app * * *" "lib * * * HELD"
    code 77 spma --dependencies add plan >out
    grep -q "and line 2 of the target has it held" out
    target "app * * *" "lib * * *" "lib 2 * * ISUNWANTED"
    code 77 spma --dependencies add plan >out
    grep -q "refused (dependencies): .*it is unwanted by line 3 of the target" out'
ok 'what would have to change is told where nothing may be added' '
    target "app * * *" "lib * * *"
    code 77 spma plan >out
    grep -qF "refused (dependencies): '"'lib-1-1.noarch' would have to become 'lib-2-1.noarch': app-1-1.noarch needs lib >= 2 (repository 'base' has it)"'" out'
ok 'the version lock of dnf is told when the target goes before it' '
    mkdir -p $WEFT_ROOT/etc/dnf/plugins
    echo "lib-0:1-1.*" >$WEFT_ROOT/etc/dnf/plugins/versionlock.list
    target "lib 2 1 noarch"
    spma plan >out
    grep -q "warning: .lib-1-1.noarch. is on hold on this node" out
    rm $WEFT_ROOT/etc/dnf/plugins/versionlock.list'
ok 'what dnf protects is essential' '
    mkdir -p $WEFT_ROOT/etc/dnf/protected.d
    echo "li*" >$WEFT_ROOT/etc/dnf/protected.d/site.conf
    target "tool 1 1 noarch"
    code 77 spma plan >out
    grep -q "refused (essential): .lib-1-1.noarch. is essential" out
    rm $WEFT_ROOT/etc/dnf/protected.d/site.conf'

ok 'what a repository calls obsolete is no version of a wildcard; an exact line brings it' '
    target "lib 1 1 noarch" "old * * *"
    code 77 spma plan >out
    grep -qF "refused (dependencies): '"'old-*-*.*' is obsolete: 'heir-1-1.noarch' of repository 'base' takes its place; name 'heir' in the target instead, or one version exactly"'" out
    target "lib 1 1 noarch" "old 1 1 noarch"
    spma plan >out
    grep -q "install old-1-1.noarch" out'
ok 'the own architecture goes before a newer version of a foreign one' '
    target "lib 1 1 noarch" "newer * * *"
    spma plan >out
    grep -q "^install newer-1-1.x86_64" out'
ok 'exclusions may name an architecture, a version and an epoch' '
    for pattern in both.x86_64 both-2-1.x86_64 both-0:2-1.x86_64 "*.x86_64" both-2.x86_64; do
        repository "\"excludepkgs\": [\"$pattern\"],"
        target "lib 1 1 noarch" "both 2 * *"
        spma plan >out
        grep -q "^install both-2-1.i686" out
    done
    repository'
ok 'old versions that an interrupted run left beside new ones may go, however many' '
    for i in 1 2 3 4 5 6 7 8; do make_rpm dup$i 1 1 "BuildArch: noarch"; make_rpm dup$i 2 1 "BuildArch: noarch"; done
    rpm --root $WEFT_ROOT -i rpms/dup*-1-1.noarch.rpm
    rpm --root $WEFT_ROOT -i --force rpms/dup*-2-1.noarch.rpm
    { echo "- lib 1 1 noarch"; for i in 1 2 3 4 5 6 7 8; do echo "- dup$i 2 1 noarch"; done; } >$lib/spma-target.cf
    spma plan --guardpercent 5 >out
    grep -q "0 to install, 0 to replace, 8 to erase" out'

if command -v dpkg-scanpackages >/dev/null; then
    rm -rf debs
    make_deb lib 1-1 all && make_deb lib 2-1 all && make_deb app 1-1 all 'Depends: lib (>= 2)' || exit 99
    for a in amd64 i386; do
        for v in 1 2; do make_deb both $v-1 $a 'Multi-Arch: same' && rm -rf build || exit 99; done
        make_deb needs 1-1 $a 'Depends: both' && make_deb alone 1-1 $a && make_deb any 1-1 $a 'Depends: script:any, native' && make_deb native 1-1 $a 'Multi-Arch: foreign' || exit 99
    done
    make_deb script 1-1 amd64 'Multi-Arch: allowed' || exit 99
    # Both of a library have no file in common but those that are the same.
    for a in amd64 i386; do for v in 1 2; do
        dpkg-deb -R debs/both_$v-1_$a.deb build2 && mv build2/opt/both "build2/opt/both-$a" && rm build2/DEBIAN/md5sums && dpkg-deb -Zgzip --root-owner-group -b build2 debs/both_$v-1_$a.deb >/dev/null && rm -rf build2
    done; done
    dpkg-scanpackages -m debs >Packages 2>/dev/null
    export WEFT_ROOT=$scratch/deb
    lib=$WEFT_ROOT/var/lib
    mkdir -p "$lib/dpkg" "$WEFT_ROOT/etc"
    printf 'packager = dpkg\nguardpercent = 100\n' >"$WEFT_ROOT/etc/spma.conf"
    printf '[{"name": "base", "protocols": [{"name": "f", "url": "file://%s"}]}]' "$scratch" >"$lib/spma-repositories.json"
    installed() { spma-dpkg list | sort | sed 's/ /-/; s/ /-/; s/ /./' | tr '\n' ' '; }

    ok 'Debian: what a wanted package needs newer is upgraded' '
        target "lib 1 1 all"
        spma
        target "app * * *" "lib * * *"
        spma --dependencies add
        test "$(installed)" = "app-1-1.all lib-2-1.all "'
    rm "$lib/dpkg/status"
    printf 'amd64\ni386\n' >"$lib/dpkg/arch"
    ok 'Debian: two architectures are installed, and upgraded, together' '
        target "both 1 1 amd64" "both 1 1 i386"
        spma 2>err || { cat err; exit 1; }
        target "both 2 1 amd64" "both 2 1 i386"
        spma 2>err || { cat err; exit 1; }
        test "$(installed)" = "both-2-1.amd64 both-2-1.i386 "'
    ok 'Debian: not in two versions, and not where the package is not made for it' '
        target "both 2 1 amd64" "both 1 1 i386"
        code 77 spma plan >out
        target "both 2 1 amd64" "alone 1 1 amd64" "alone 1 1 i386"
        code 77 spma plan >out
        grep -q "refused (dependencies): .*alone" out'
    ok 'Debian: a requirement is met in its own architecture, or by what is made for all' '
        target "both 2 1 amd64" "both 2 1 i386" "needs 1 1 i386" "any 1 1 i386" "script 1 1 amd64" "native 1 1 amd64"
        spma plan
        target "both 2 1 amd64" "needs 1 1 i386"
        code 77 spma plan >out
        grep -q "refused (dependencies): package needs-1-1.i386 requires both:i386" out'
    ok 'Debian: the own architecture goes first' '
        target "both 2 1 amd64" "both 2 1 i386" "alone * * *"
        spma plan >out
        grep -q "^install alone-1-1.amd64" out'
else
    skip 'Debian: dependencies and architectures' 'no dpkg-scanpackages'
fi
done_testing
