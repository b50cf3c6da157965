#!/bin/sh
# What servers answer and repositories say: a page of a portal is no package and no index, a package that one URL lacks is
# had from the next, and what the metadata ask for is done as dnf and apt do it, or told.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
. "$WEFT_SRC/t/spm/debs.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'
pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null || true; done; }

make_rpm a 1 1 'BuildArch: noarch' && rpm_noise=300000 make_rpm big 1 1 'BuildArch: noarch' || exit 99
mkdir -p web/all && mv rpms/* web/all && createrepo_c -q web/all && cp -r web/all web/lacks && rm web/lacks/a-1-1* || exit 99
perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD/web" "$PWD/port" "$PWD/log" & pids=$!
until_true 10 test -s port || exit 99
port=$(cat port)
export WEFT_ROOT=$scratch/root
lib=$WEFT_ROOT/var/lib cache=$WEFT_ROOT/var/spma-cache
mkdir -p "$lib" "$WEFT_ROOT/etc"
echo 'guardpercent = 100' >"$WEFT_ROOT/etc/spma.conf"
page() { printf '<!DOCTYPE html><html><head><title>Login</title></head><body>Please log in</body></html>\n'; }
installed() { spma-rpm list | sort | tr '\n' ','; }

ok 'a page instead of a package does not stay in the cache' '
    echo "http://127.0.0.1:$port/portal a 1 1 noarch" >$lib/spma-target.cf
    mkdir web/portal
    page >web/portal/a-1-1.noarch.rpm
    code 69 spma apply 2>err
    grep -q "is not used: .*is no good package" err
    test -z "$(ls $cache)"
    cp web/all/a-1-1.noarch.rpm web/portal
    spma apply
    test "$(installed)" = "a 1 1 noarch,"'
ok 'one that is there already is noticed, and so is another package of that name' '
    page >$cache/a-1-1.noarch.rpm
    rpm --root $WEFT_ROOT -e a
    spma apply 2>err
    grep -q "warning: the cache is wrong, and asked for again: .*is no good package" err
    rpm --root $WEFT_ROOT -e a
    cp web/all/big-1-1.noarch.rpm $cache/a-1-1.noarch.rpm
    spma apply 2>err
    grep -q "holds big-1-1.noarch, not a-1-1.noarch" err
    test "$(installed)" = "a 1 1 noarch,"'
ok 'a package whose contents are damaged is not kept for ever' '
    rpm --root $WEFT_ROOT -e a
    rm $cache/*.rpm
    head -c -20 web/all/a-1-1.noarch.rpm >web/portal/a-1-1.noarch.rpm
    code 1 spma apply
    cp web/all/a-1-1.noarch.rpm web/portal
    spma apply
    test "$(installed)" = "a 1 1 noarch,"'
ok 'what an earlier run left on its way does not fill the disk of this one' '
    rpm --root $WEFT_ROOT -e a
    rm $cache/*.rpm
    echo x >$cache/huge-1-1.noarch.rpm.part
    spma apply
    test ! -e $cache/huge-1-1.noarch.rpm.part'

repositories() { printf '[%s]' "$1" >"$lib/spma-repositories.json"; rm -rf "$lib/weft/spma/repositories"; }
ok 'a package that one URL lacks is had from the next' '
    rpm --root $WEFT_ROOT -e a
    rm $cache/*.rpm
    echo "- a 1 1 noarch" >$lib/spma-target.cf
    repositories "{\"name\": \"two\", \"protocols\": [{\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/lacks\"}, {\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/all\"}]}"
    spma apply
    test "$(installed)" = "a 1 1 noarch,"
    rpm --root $WEFT_ROOT -e a
    rm $cache/*.rpm
    repositories "{\"name\": \"two\", \"protocols\": [{\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/lacks\"}, {\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/none\"}]}"
    code 69 spma apply 2>err
    grep -q "cannot get .http://127.0.0.1:$port/lacks/a-1-1.noarch.rpm.: .*404; .http://127.0.0.1:$port/none/a-1-1.noarch.rpm.: .*404" err'
ok 'packages that the metadata say are elsewhere are had there' '
    mkdir web/index
    createrepo_c -q --baseurl http://127.0.0.1:$port/all -o web/index web/all
    repositories "{\"name\": \"apart\", \"protocols\": [{\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/index\"}]}"
    spma apply
    test "$(installed)" = "a 1 1 noarch,"'
ok 'what somebody wrote and nothing reads is told' '
    repositories "{\"name\": \"base\", \"metalink\": \"http://x\", \"owner\": \"me\", \"protocols\": [{\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/all\", \"verify\": false}]}"
    echo "- big 1 1 noarch" >$lib/spma-target.cf
    spma plan 2>err
    grep -q "warning: repository .base.: .metalink. has no effect here" err
    grep -q "warning: repository .base.: .verify. has no effect here" err
    test "$(grep -c "has no effect" err)" = 2'

command -v dpkg-scanpackages >/dev/null || { skip 'Debian indexes' 'no dpkg-scanpackages'; done_testing; exit; }
native=$(dpkg --print-architecture)
make_deb ntp 1-1 all && make_deb ntp 2-1 all && make_deb own 1-1 "$native" || exit 99
export WEFT_ROOT=$scratch/deb
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib" "$WEFT_ROOT/etc" web/flat
echo 'packager = dpkg' >"$WEFT_ROOT/etc/spma.conf"
cp -r debs web/flat && (cd web/flat && dpkg-scanpackages -m . 2>/dev/null | gzip -9n >Packages.gz)
ok 'a page instead of an index, or nothing, replaces no index' '
    repositories "{\"name\": \"flat\", \"protocols\": [{\"name\": \"h\", \"url\": \"http://127.0.0.1:$port/flat\"}]}"
    echo "- ntp 2 1 all" >$lib/spma-target.cf
    spma plan --refresh 0
    cp web/flat/Packages.gz good.gz
    for bad in "page" ":" "printf Package:" "echo Title: x"; do
        $bad | gzip -9n >web/flat/Packages.gz
        spma plan --refresh 0 >out 2>err
        grep -q "is used as it was .*is no index of packages" err
        $bad >web/flat/Packages.gz
        spma plan --refresh 0 >out 2>err
        grep -q "is used as it was" err
    done
    cp good.gz web/flat/Packages.gz
    spma plan --refresh 0 2>err
    test ! -s err'

# suite NAME VERSION [line of the Release ...]: a repository of one ntp
suite() {
    suite_name=$1 suite_version=$2 d=web/$1/dists/stable/main
    shift 2
    rm -rf "web/$suite_name" && mkdir -p "$d/binary-$native" "$d/binary-all" "web/$suite_name/debs"
    cp "debs/ntp_${suite_version}_all.deb" debs/own* "web/$suite_name/debs"
    (cd "web/$suite_name" && dpkg-scanpackages -m debs 2>/dev/null) >all
    awk -v RS= -v ORS='\n\n' '/Architecture: all/' all >"$d/binary-all/Packages"
    awk -v RS= -v ORS='\n\n' '!/Architecture: all/' all >"$d/binary-$native/Packages"
    [ "$apart" = yes ] || cp all "$d/binary-$native/Packages"
    {
        printf 'Suite: stable\n'
        for line; do echo "$line"; done
        echo SHA256:
        for f in "binary-all" "binary-$native"; do printf ' %s 1 main/%s/Packages\n' "$(sha256sum <"$d/$f/Packages" | cut -d' ' -f1)" $f; done
    } >"web/$suite_name/dists/stable/Release"
}
entry() { printf '{"name": "%s", "suite": "stable", "sections": ["main"], "protocols": [{"name": "h", "url": "http://127.0.0.1:%s/%s"}]}' "$1" "$port" "$1"; }
now=$(date -uR)
ok 'a repository that is not automatic, as backports, is taken from where nobody else has it' '
    suite stable 1-1 "Date: $now"
    suite backports 2-1 "Date: $now" "NotAutomatic: yes" "ButAutomaticUpgrades: yes"
    repositories "$(entry stable),$(entry backports)"
    echo "- ntp * * *" >$lib/spma-target.cf
    spma plan >out
    grep -q "install ntp-1-1.all" out
    echo "- ntp 2 * *" >$lib/spma-target.cf
    spma plan >out
    grep -q "install ntp-2-1.all" out'
ok 'packages for all architectures are found where they are kept apart' '
    apart=yes suite stable 1-1 "Date: $now" "Architectures: $native all"
    repositories "$(entry stable)"
    echo "- ntp * * *" >$lib/spma-target.cf
    spma plan >out
    grep -q "install ntp-1-1.all" out'
ok 'a Release that is over, or of the future, is refused though nothing signs it' '
    suite stable 1-1 "Date: $now" "Valid-Until: Thu, 01 Jan 2015 00:00:00 UTC"
    repositories "$(entry stable)"
    code 69 spma plan 2>err
    grep -q "cannot be trusted: it was valid until Thu, 01 Jan 2015" err
    suite stable 1-1 "Date: $(date -uR -d "3 days")"
    code 69 spma plan 2>err
    grep -q "which is in the future" err'
done_testing
