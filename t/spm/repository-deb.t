#!/bin/sh
# spma with Debian repositories, flat and by suite: the same as with rpm, from a Packages index.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/debs.sh"
deb_or_skip
command -v dpkg-scanpackages >/dev/null || skip_all 'no dpkg-scanpackages'

arch=$(dpkg --print-architecture)
make_deb ntp 1-1 all && make_deb ntp 2-1 all && make_deb lib 1:1-1 "$arch" 'Provides: libtime' && make_deb clock 1-1 all 'Depends: libtime' &&
    make_deb rival 1-1 all 'Conflicts: ntp' || exit 99
dpkg-scanpackages -m debs >Packages 2>/dev/null && gzip -9n Packages
mkdir -p "suite/dists/stable/main/binary-$arch" && cp -r debs suite/
cp Packages.gz "suite/dists/stable/main/binary-$arch/"
release() { printf 'Suite: stable\nDate: %s\nSHA256:\n %s %s main/binary-%s/Packages.gz\n' "$(date -uR)" \
    "$(sha256sum <"suite/dists/stable/main/binary-$arch/Packages.gz" | cut -d' ' -f1)" 1 "$arch" >suite/dists/stable/Release; }
release
export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc"
echo 'packager = dpkg' >"$WEFT_ROOT/etc/spma.conf"
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
installed() { spma-dpkg list | sort | tr '\n' ','; }
flat() { printf '[{"name": "flat", "protocols": [{"url": "file://%s"}]}]' "$scratch" >"$lib/spma-repositories.json"; }
suite() { printf '[{"name": "suite", "suite": "stable", "sections": ["main"], "protocols": [{"url": "file://%s/suite"}]}]' "$scratch" >"$lib/spma-repositories.json"; }

ok 'a flat repository: any version, epochs, installation' '
    flat && target "ntp * * *" "lib 1:1 1 $arch" && spma plan >out &&
    printf "install lib-1:1-1.$arch: wanted by line 2 of the target\ninstall ntp-2-1.all: wanted by line 1 of the target\n2 to install, 0 to replace, 0 to erase\n" >want &&
    same want out && spma 2>err && test "$(installed)" = "lib 1:1 1 $arch,ntp 2 1 all," && cmp $WEFT_ROOT/var/spma-cache/lib_1-1_$arch.deb debs/lib_1-1_$arch.deb'

ok 'a suite: downgrade, addition and removal in one run, a dependency that is installed' '
    suite && target "ntp 1 1 all" "lib 1:1 1 $arch" "clock 1 1 all" && spma 2>err && test "$(installed)" = "clock 1 1 all,lib 1:1 1 $arch,ntp 1 1 all,"'

ok 'what is needed cannot go; what conflicts is told' '
    target "ntp 1 1 all" "clock 1 1 all" && code 77 spma plan >out && grep -q "refused (dependencies): .*clock" out &&
    target "ntp 1 1 all" "lib 1:1 1 $arch" "clock 1 1 all" "rival 1 1 all" && code 77 spma plan >out && grep -q "refused (dependencies): .*rival" out'

ok 'what is missing is told, or added' '
    target "ntp 1 1 all" && spma && target "ntp 1 1 all" "clock 1 1 all" && code 77 spma plan >out && grep -qF "refused (dependencies): '"'lib-1:1-1.$arch'"' is missing: clock-1-1.all needs libtime" out &&
    spma --dependencies add && test "$(installed)" = "clock 1 1 all,lib 1:1 1 $arch,ntp 1 1 all,"'

ok 'an index in another compression, where the server keeps no other, though its Release lists them all' '
    d=suite/dists/stable/main/binary-$arch
    gunzip -k $d/Packages.gz
    xz -k $d/Packages
    mv $d/Packages.gz kept.gz
    { printf "Suite: stable\nDate: %s\nSHA256:\n" "$(date -uR)"; for f in Packages Packages.xz; do echo " $(sha256sum <$d/$f | cut -d" " -f1) 1 main/binary-$arch/$f"; done; echo " $(sha256sum <kept.gz | cut -d" " -f1) 1 main/binary-$arch/Packages.gz"; } >suite/dists/stable/Release
    for keep in xz plain; do
        rm -rf $lib/weft/spma/repositories
        target "ntp 2 1 all"
        spma plan >out 2>err || { cat err; exit 1; }
        grep -q "replace ntp-2-1.all" out
        rm -f $d/Packages.xz
    done
    rm $d/Packages
    rm -rf $lib/weft/spma/repositories && code 69 spma plan 2>err && cat err && grep -q "cannot get .*Packages.gz" err && mv kept.gz $d/Packages.gz && release'

ok 'an index that is not what its Release says is refused' '
    echo x >>suite/dists/stable/main/binary-$arch/Packages.gz && rm -r $lib/weft/spma/repositories && target "ntp 2 1 all" &&
    code 69 spma plan 2>err && grep -q "cannot get .*Packages.gz.: its sha256 is" err'
done_testing
