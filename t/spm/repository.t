#!/bin/sh
# spma with repositories: it chooses versions, tells what is missing before it fetches anything, fetches over http and
# https, resumes, checks, caches, and copes with servers that lie, vanish or break off.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'

pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null; done; }
for v in 1 2 10; do make_rpm ntp $v 1 'BuildArch: noarch' || exit 99; done
make_rpm lib 1 1 'BuildArch: noarch' 'Provides: libtime = 1' && make_rpm clock 1 1 'BuildArch: noarch' 'Requires: libtime' &&
    make_rpm broken 1 1 'BuildArch: noarch' 'Requires: nowhere > 3' && make_rpm rival 1 1 'BuildArch: noarch' 'Conflicts: ntp' &&
    make_rpm filer 1 1 'BuildArch: noarch' 'Requires: /opt/lib/same' && make_rpm middle 1 1 'BuildArch: noarch' 'Requires: broken' && make_rpm top 1 1 'BuildArch: noarch' 'Requires: middle' && make_rpm near 1 1 'BuildArch: noarch' 'Requires: rival' &&
    rpm_noise=300000 make_rpm big 1 1 'BuildArch: noarch' || exit 99
mkdir -p web/base/Packages web/empty web/extra
mv rpms/*.rpm web/base/Packages/
make_rpm ntp 11 1 'BuildArch: noarch' && mv rpms/*.rpm web/extra/
for r in base empty extra; do createrepo_c -q "web/$r" || exit 99; done
perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD/web" "$PWD/port" "$PWD/log" & pids=$!
until_true 10 test -s port || exit 99
port=$(cat port)

export WEFT_ROOT=$PWD/root
lib=$WEFT_ROOT/var/lib cache=$WEFT_ROOT/var/spma-cache
mkdir -p "$lib"
target() { printf -- '- %s\n' "$@" >"$lib/spma-target.cf"; }
repositories() { printf '[%s]\n' "$(printf '%s\n' "$@" | paste -sd, -)" >"$lib/spma-repositories.json"; }
# repository name [json members]
repository() { printf '{"name": "%s", "protocols": [{"name": "http", "url": "http://127.0.0.1:%s/%s"}]%s}' "$1" "$port" "$1" "${2:+, $2}"; }
installed() { spma-rpm list | sort | tr '\n' ','; }
repositories "$(repository base)"

ok 'any version becomes the newest, whose location the index knows' '
    target "ntp * * *" && spma plan >out &&
    printf "install ntp-10-1.noarch: wanted by line 1 of the target\n1 to install, 0 to replace, 0 to erase\n" >want && same want out'

ok 'a pattern of versions becomes the newest that matches, and not an unwanted one' '
    target "ntp 1* * *" "ntp 10 1 noarch ISUNWANTED" && spma plan | head -1 >out && echo "install ntp-1-1.noarch: wanted by line 1 of the target" >want && same want out'

ok 'it is fetched into the cache with its checksum, and installed' '
    target "ntp 2 1 noarch" && spma 2>err && test "$(installed)" = "ntp 2 1 noarch," && cmp $cache/ntp-2-1.noarch.rpm web/base/Packages/ntp-2-1.noarch.rpm'

ok 'metadata is not fetched again while it is fresh, nor when nothing is to do' '
    : >log && target "ntp 10 1 noarch" && spma plan >out && test ! -s log && spma plan --refresh 0 >out && grep -c . log | grep -qx 1 &&
    : >log && target "ntp 2 1 noarch" && spma plan --refresh 0 >out && test ! -s log'

ok 'what is missing is told before anything is fetched' '
    : >log && target "ntp 2 1 noarch" "clock 1 1 noarch" && code 77 spma apply 2>err >out &&
    printf "%s\n" "spma: error: the plan is refused:" "  '"'lib-1-1.noarch'"' is missing: clock-1-1.noarch needs libtime (repository '"'base'"' has it)" >want &&
    head -2 err >got && same want got && test ! -s log'

ok 'or added, where the policy says so; it stays as long as it is needed, and goes after that' '
    spma apply --dependencies add >out && grep -qx "install lib-1-1.noarch: clock-1-1.noarch needs libtime" out &&
    test "$(installed)" = "clock 1 1 noarch,lib 1 1 noarch,ntp 2 1 noarch," && spma apply --dependencies add && spma plan --dependencies add | grep -qx "nothing to do" &&
    target "ntp 2 1 noarch" && spma apply --dependencies add >out && test "$(installed)" = "ntp 2 1 noarch,"'

ok 'what cannot be had anywhere, or contradicts itself, is explained' '
    target "ntp 2 1 noarch" "broken 1 1 noarch" && code 77 spma plan >out && grep -q "refused (dependencies): .*nothing provides nowhere > 3 needed by broken-1-1.noarch" out &&
    target "ntp 2 1 noarch" "rival 1 1 noarch" && code 77 spma plan >out && grep -q "refused (dependencies): .*rival-1-1.noarch conflicts with ntp" out'

ok 'a set that cannot be is explained by the shortest way from what is wanted to what fails' '
    target "ntp 2 1 noarch" "top 1 1 noarch" && code 77 spma plan --dependencies add >out && cat out &&
    grep -qx "refused (dependencies): nothing provides nowhere > 3 needed by broken-1-1.noarch; top-1-1.noarch needs middle, which is middle-1-1.noarch; middle-1-1.noarch needs broken, which is broken-1-1.noarch" out &&
    target "ntp 2 1 noarch" "near 1 1 noarch" && code 77 spma plan --dependencies add >out && cat out && grep -q "^refused (dependencies): package rival-1-1.noarch conflicts with ntp provided by ntp-2-1.noarch; near-1-1.noarch needs rival, which is rival-1-1.noarch$" out'

ok 'a required file that the index does not list is left to rpm, which knows all files' '
    target "ntp 2 1 noarch" "filer 1 1 noarch" "lib 1 1 noarch" && spma plan >out && ! grep refused out && spma 2>err && installed | grep -q filer &&
    target "ntp 2 1 noarch" "filer 1 1 noarch" && code 1 spma apply 2>err && grep -q "/opt/lib/same is needed by" err && target "ntp 2 1 noarch" && spma 2>err && test "$(installed)" = "ntp 2 1 noarch,"'

ok 'a wanted package that nobody has is told by name' '
    target "ntp 3 1 noarch" "nobody * * *" && code 69 spma apply 2>err >out &&
    grep -qF "no repository holds '"'ntp-3-1.noarch'"', and the target names no URL" err && grep -qF "no repository says which version '"'nobody-*-*.*'"' stands for" err'

ok 'priorities and exclusions' '
    target "ntp * 1 *" 2>/dev/null; target "ntp 1* * *" && repositories "$(repository base)" "$(repository extra)" && spma plan | grep -q "ntp-11-1" &&
    repositories "$(repository base "\"priority\": 1")" "$(repository extra)" && spma plan | grep -q "ntp-10-1" &&
    repositories "$(repository base)" "$(repository extra "\"excludepkgs\": [\"ntp-11*\"]")" && spma plan | grep -q "ntp-10-1" &&
    repositories "$(repository base "\"enabled\": false")" "$(repository extra)" && spma plan | grep -q "ntp-11-1"'

ok 'an empty or stale repository is refused (REQ-H-5)' '
    repositories "$(repository base)" "$(repository empty)" && target "ntp 10 1 noarch" && code 77 spma plan >out && grep -qF "refused (empty-repository): repository '"'empty'"' holds no package" out &&
    repositories "$(repository base)" && spma plan >out && touch -d "3 days ago" web/base/Packages && sleep 1.1 && code 77 spma plan --guardage 1s >out && grep -q "refused (stale-repository): the metadata of repository .base. is 0 h old" out'

ok 'prefetch today, install tomorrow without a server (REQ-H-6)' '
    target "ntp 10 1 noarch"
    spma prefetch 2>err
    grep -q "1 packages are here" err
    mv web away
    : >log
    spma 2>err
    test "$(installed)" = "ntp 10 1 noarch,"
    test ! -s log
    mv away web; test "$(installed)" = "ntp 10 1 noarch,"'

ok 'a repository that vanished is used as it was, with a warning; a new one is an error, unless it may be skipped' '
    mv web/base web/gone; target "ntp 2 1 noarch"; spma plan --refresh 0 >out 2>err; s=$?; mv web/gone web/base;
    test $s = 0 && grep -q "warning: repository .base. is used as it was" err &&
    repositories "$(repository base)" "$(repository nowhere)" && code 69 spma plan 2>err && grep -q "repository .nowhere. cannot be had: cannot get .*/nowhere/repodata/repomd.xml" err &&
    repositories "$(repository base)" "$(repository nowhere "\"skip_if_unavailable\": true")" && spma plan 2>err && grep -q "is skipped" err; s=$?; repositories "$(repository base)"; test $s = 0'

ok 'damaged metadata is refused, and what was there is used' '
    cp -r web/base web/keep
    head -c 200 web/keep/repodata/repomd.xml >web/base/repodata/repomd.xml
    spma plan --refresh 0 >out 2>err
    grep -q "is used as it was" err
    cp web/keep/repodata/repomd.xml web/base/repodata/
    for f in web/base/repodata/*primary.xml*; do echo x >"$f"; done
    rm -r $lib/weft/spma/repositories;
    code 69 spma plan 2>err; s=$?; rm -r web/base; mv web/keep web/base; test $s = 0 && grep -q "cannot get .*primary.xml.*: its sha256 is" err'

ok 'a package that is not what the metadata say is refused, and nothing happens' '
    spma plan >out
    rm $cache/clock*
    cp web/base/Packages/clock-1-1.noarch.rpm keep.rpm
    printf x | dd of=web/base/Packages/clock-1-1.noarch.rpm bs=1 seek=3000 conv=notrunc 2>/dev/null
    target "ntp 10 1 noarch" "lib 1 1 noarch" "clock 1 1 noarch"
    code 69 spma apply 2>err >out; s=$?; mv keep.rpm web/base/Packages/clock-1-1.noarch.rpm;
    test $s = 0 && grep -q "cannot get .*clock-1-1.noarch.rpm.: its sha256 is" err && test "$(installed)" = "ntp 10 1 noarch," && test ! -e $cache/clock-1-1.noarch.rpm'

ok 'a download that breaks off is resumed where it stopped (REQ-H-6)' '
    target "ntp 10 1 noarch" "big 1 1 noarch" && touch web/base/Packages/big-1-1.noarch.rpm.cut && : >log && spma prefetch 2>err &&
    cmp $cache/big-1-1.noarch.rpm web/base/Packages/big-1-1.noarch.rpm && grep big log >got && test "$(grep -c . got)" = 2 && sed -n 1p got | grep -q " 0$" && ! sed -n 2p got | grep " 0$"'

ok 'a part left by a killed download is resumed too, and thrown away when it is something else' '
    rm $cache/big-1-1.noarch.rpm && head -c 1000 web/base/Packages/big-1-1.noarch.rpm >$cache/big-1-1.noarch.rpm.part && : >log && spma prefetch 2>err && grep -q "big.* 1000" log &&
    rm $cache/big-1-1.noarch.rpm && head -c 1000 /dev/zero >$cache/big-1-1.noarch.rpm.part && : >log && spma prefetch 2>err && grep -q "big.* 1000" log && grep -q "big.* 0$" log &&
    cmp $cache/big-1-1.noarch.rpm web/base/Packages/big-1-1.noarch.rpm'

ok 'a damaged file in the cache is fetched again' '
    printf x | dd of=$cache/big-1-1.noarch.rpm bs=1 seek=2000 conv=notrunc 2>/dev/null; spma prefetch 2>err && cmp $cache/big-1-1.noarch.rpm web/base/Packages/big-1-1.noarch.rpm'

ok 'the cache keeps to its limit, the longest unused goes (REQ-H-6)' '
    spma --cachelimit 310K 2>err && installed | grep -q big && test -e $cache/big-1-1.noarch.rpm && test ! -e $cache/ntp-2-1.noarch.rpm'

ok 'a reverse proxy stands in for the host of the URL, a forward proxy is asked (REQ-H-6)' '
    target "ntp 1 1 noarch" "big 1 1 noarch"
    sed -i "s/127.0.0.1:$port/packages.invalid/" $lib/spma-repositories.json
    : >log
    rm -rf $cache
    code 69 spma prefetch 2>err
    sed -i "s/packages.invalid/127.0.0.1:$port/" $lib/spma-repositories.json; spma plan >out &&
    printf "http://packages.invalid/base/Packages ntp 1 1 noarch\n- big 1 1 noarch\n" >$lib/spma-target.cf &&
    spma prefetch --proxy yes --proxytype reverse --proxyhost "127.0.0.2:1,127.0.0.1" --proxyport $port 2>err && test -e $cache/ntp-1-1.noarch.rpm &&
    rm $cache/ntp* && : >log && spma prefetch --proxy yes --proxyhost 127.0.0.1 --proxyport $port 2>err && grep -q "^http://packages.invalid/base/Packages/ntp" log'

ok 'dated snapshots are folders below the repository (REQ-H-7)' '
    mkdir -p web/dated && cp -r web/extra web/dated/2026-11-01 && repositories "$(repository dated "\"snapshot\": \"2026-11-01\"")" && target "ntp 11 1 noarch" "big 1 1 noarch" &&
    : >log && spma plan | grep -q "replace ntp-11-1" && grep -q "^/dated/2026-11-01/repodata/repomd.xml" log'

ok 'profiles are checked where they are compiled, XML and JSON (REQ-H-9)' '
    repositories "$(repository base)"
    profile() { printf "{\"software\": {\"packages\": %s, \"repositories\": %s}}\n" "$1" "$(cat $lib/spma-repositories.json)" >$2.json; }
    profile "{\"ntp\": {\"_31_2d1\": {\"arch\": {\"noarch\": \"base\"}}}, \"lib\": {}}" good && spma check good.json &&
    profile "{\"ntp\": {\"_33_2d1\": {\"arch\": {\"noarch\": \"\"}}}, \"clock\": {}, \"nobody\": {}}" bad && code 1 spma check good.json bad.json >out &&
    printf "%s\n" "bad.json: nobody-*-*.*: no repository has it" "bad.json: ntp-3-1.noarch: no repository has it; '"'base'"' has ntp-10-1.noarch" "bad.json: lib-1-1.noarch is missing: clock-1-1.noarch needs libtime" >want && same want out &&
    printf "<nlist format=\"pan\" name=\"profile\"><nlist name=\"software\"><nlist name=\"packages\"><nlist name=\"x\"/></nlist></nlist></nlist>" >bad.xml && code 1 spma check bad.xml >out && grep -qF "bad.xml: x-*-*.*: no repository has it" out'

ok 'what profiles of other nodes need is kept apart, and not for ever' '
    target "ntp 2 1 noarch" "big 1 1 noarch" && spma plan >want && sed "s|/base|/extra|" $lib/spma-repositories.json >foreign.json &&
    printf "{\"software\": {\"packages\": {\"ntp\": {}}, \"repositories\": %s}}\n" "$(cat foreign.json)" >foreign-profile.json && spma check foreign-profile.json && spma index --repositories $PWD/foreign.json | grep -q "^ntp 11-1 " &&
    : >log && spma plan --refresh 1d >out && same want out && test ! -s log && ls $lib/weft/spma/checked >got && touch -d "31 days ago" $lib/weft/spma/checked/*/state && spma check --refresh 0 good.json && ls $lib/weft/spma/checked >out && cat got out && test "$(grep -c . got) $(grep -c . out)" = "2 1"'

ok 'metadata is fetched by one program at a time' '
    code 75 flock $lib/weft/spma/repositories/.lock spma plan --refresh 0 --retries 1 --timeout 0.01 2>err && grep -q "is locked by process" err && flock $lib/weft/spma/repositories/.lock spma plan --refresh 1d >out'

ok 'an index of one URL is not taken for that of another one, whose fetch failed half-way' '
    echo "<comps/>" >comps.xml && cp -r web/extra web/half && createrepo_c -q -g $PWD/comps.xml web/half && rm web/half/repodata/*comps* &&
    target "ntp 10 1 noarch" "big 1 1 noarch" "lib * * *" && repositories "$(repository base)" && spma plan >want && grep -q "install lib-1-1" want && sed -i "s|/base|/half|" $lib/spma-repositories.json && code 69 spma plan 2>err && cat err && grep -q comps err &&
    repositories "$(repository base)" && spma plan --refresh 1d >out && same want out; s=$?; target "ntp 11 1 noarch" "big 1 1 noarch"; test $s = 0'

ok 'a description of repositories that is none is refused by its place' '
    echo "[{\"name\": \"a\", \"protocols\": [{\"url\": \"x\"}]}]" >$lib/spma-repositories.json && code 65 spma plan 2>err && grep -qF "/0/protocols/0/url is no URL" err'

# https, where the server knows its clients by their certificates
pki() { openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/CN=$2" -out "$1.csr" 2>/dev/null &&
    printf 'subjectAltName=DNS:%s,IP:127.0.0.1' "$2" >ext && openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out "$1.crt" 2>/dev/null; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority 2>/dev/null
pki server localhost && pki node lxb001.example.org
sport=$(free_port)
(cd web && exec openssl s_server -quiet -accept "127.0.0.1:$sport" -cert ../server.crt -key ../server.key -CAfile ../ca.crt -Verify 1 -verify_return_error -WWW >/dev/null 2>&1) & pids="$pids $!"
until_true 10 sh -c "curl -s -o /dev/null --cacert ca.crt --cert node.crt --key node.key https://127.0.0.1:$sport/extra/repodata/repomd.xml" || exit 99
secure() { printf '[{"name": "secure", "protocols": [{"name": "https", "url": "https://127.0.0.1:%s/extra", "cacert": "%s/ca.crt"%s}]}]\n' "$sport" "$scratch" "$1" >"$lib/spma-repositories.json"; }

ok 'https with a client certificate (REQ-H-6)' '
    secure ", \"clientcert\": \"$scratch/node.crt\", \"clientkey\": \"$scratch/node.key\"" && target "ntp 11 1 noarch" "big 1 1 noarch" && spma 2>err && installed | grep -q "ntp 11 1 noarch"'

ok 'without one, or from a server of another authority, nothing is had' '
    rm -r $lib/weft/spma/repositories && target "ntp 10 1 noarch" "big 1 1 noarch" && secure "" && code 69 spma plan 2>err && grep -q "repository .secure. cannot be had" err &&
    secure ", \"clientcert\": \"$scratch/node.crt\", \"clientkey\": \"$scratch/node.key\"" && sed -i "s/ca.crt/node.crt/" $lib/spma-repositories.json && code 69 spma plan 2>err && grep -qi "certificate" err'
done_testing
