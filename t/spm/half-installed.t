#!/bin/sh
# What dpkg left half done, or left behind, is neither taken for installed nor refused for ever: it is configured,
# unpacked again or installed anew, by dpkg and through apt, and what cannot be is told in dpkg's words.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/debs.sh"
deb_or_skip
command -v dpkg-scanpackages >/dev/null && command -v apt-get >/dev/null || skip_all 'no dpkg-scanpackages or no apt-get'
[ -x /bin/busybox ] || skip_all 'no busybox to be the shell of a root'

# f: its postinst fails unless /ok exists; g needs f; c has a configuration file; n needs c
make_deb f 1-1 all && make_deb g 1-1 all 'Depends: f' && make_deb k 1-1 all && make_deb n 1-1 all 'Depends: c' || exit 99
control() { rm -rf build && dpkg-deb -R "debs/$1" build && cat >"build/DEBIAN/$2" && chmod "$3" "build/DEBIAN/$2" && dpkg-deb -Zgzip --root-owner-group -b build "debs/$1" >/dev/null; }
printf '#!/bin/sh\n[ -e /ok ]\n' | control f_1-1_all.deb postinst 755 || exit 99
for v in 1 2; do make_deb c $v-1 all && echo /opt/c/same | control c_$v-1_all.deb conffiles 644 || exit 99; done
dpkg-scanpackages -m debs >Packages 2>/dev/null && gzip -9nk Packages
# node NAME PACKAGER
node() {
    export WEFT_ROOT="$scratch/$1"
    lib=$WEFT_ROOT/var/lib
    mkdir -p "$lib" "$WEFT_ROOT/etc/apt" "$WEFT_ROOT/bin"
    cp /bin/busybox "$WEFT_ROOT/bin/sh"
    printf 'packager = %s\nguardpercent = 100\n' "$2" >"$WEFT_ROOT/etc/spma.conf"
    echo "deb [trusted=yes] file:$scratch ./" >"$WEFT_ROOT/etc/apt/sources.list"
    printf '[{"name": "base", "protocols": [{"url": "file://%s"}]}]' "$scratch" >"$lib/spma-repositories.json"
}
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
states() { dpkg --root="$WEFT_ROOT" -l 2>/dev/null | awk '/^[a-z][a-zA-Z]/ { printf "%s %s ", $1, $2 }'; }
# left NAME STATUS: as dpkg was left
left() { sed -i "/^Package: $1\$/,/^\$/s|^Status: .*|Status: $2|" "$lib/dpkg/status"; }

for packager in dpkg apt sources; do
    node $packager "$(echo $packager | sed s/sources/apt/)"
    [ $packager != sources ] || rm "$lib/spma-repositories.json"  # apt alone knows where packages are
    ok "$packager: a postinst that failed is told, and run again when its cause is gone" '
        target "f 1 1 all" "g 1 1 all"
        code 1 spma apply 2>err
        grep -q "subprocess returned error" err
        test "$(states)" = "iF f iU g "
        code 1 spma apply 2>err
        grep -q "what is half installed cannot be finished: .*subprocess returned error" err
        touch $WEFT_ROOT/ok
        spma apply
        test "$(states)" = "ii f ii g "'
    for state in 'ok unpacked' 'ok half-configured' 'ok half-installed' 'reinstreq half-installed'; do
        ok "$packager: a package that was left '$state' is finished by the next run" '
            left f "install $state"
            spma apply 2>err
            test "$(states)" = "ii f ii g "
            test -z "$(dpkg --root=$WEFT_ROOT --audit)"'
    done
    ok "$packager: pending triggers are run, though nothing else is to do" '
        left f "install ok triggers-pending\nTriggers-Pending: /x"
        spma apply 2>err
        grep -q "nothing to do" err
        test "$(states)" = "ii f ii g "'
    ok "$packager: a package whose configuration files stayed is not installed, and can come again" '
        target "c 1 1 all" "k 1 1 all"
        spma apply
        target "k 1 1 all"
        spma apply
        test "$(states)" = "rc c ii k "
        target "c 2 1 all" "k 1 1 all"
        spma apply
        test "$(states)" = "ii c ii k "
        target "k 1 1 all"
        spma apply'
    [ $packager = sources ] || ok "$packager: its remains meet no requirement" '
        target "n 1 1 all" "k 1 1 all"
        code 77 spma plan >out
        grep -qF "refused (dependencies): '"'c-2-1.all'"' is missing: n-1-1.all needs c" out
        spma apply --dependencies add
        test "$(states)" = "ii c ii k ii n "'
done

node still dpkg
ok 'what is unpacked is configured without its file, which no repository has any more' '
    target "f 1 1 all"
    code 1 spma apply
    touch $WEFT_ROOT/ok
    rm -r $WEFT_ROOT/var/spma-cache
    mv debs away
    spma apply 2>err || { mv away debs; cat err; exit 1; }
    mv away debs
    test "$(states)" = "ii f "'

ok 'what an administrator put on hold is replaced with a warning' '
    target "f 1 1 all" "c 1 1 all"
    spma apply
    left c "hold ok installed"
    target "f 1 1 all" "c 2 1 all"
    spma plan >out
    grep -qxF "warning: '"'c-1-1.all'"' is on hold on this node, and is replaced all the same: wanted by line 2 of the target" out
    spma apply 2>err
    grep -q "warning: .c-1-1.all. is on hold" err'

ok 'what is important to the system is essential, as it is to apt' '
    left c "install ok installed\nProtected: yes"
    target "f 1 1 all"
    code 77 spma plan >out
    grep -q "refused (essential): .c-2-1.all. is essential" out'
done_testing
