#!/bin/sh
# Ways between a node and its repositories: a forward and a reverse proxy for metadata and packages, the cache of a head
# node that is filled for the profiles of its workers, and snapshots that an older revision of the profile brings back.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
rpm_or_skip
command -v createrepo_c >/dev/null || skip_all 'no createrepo_c'

pids=
cleanup() { for p in $pids; do kill "$p" 2>/dev/null; done; }
mkdir -p web/base/Packages head worker/var/lib headroot/var/lib
for v in 1 2; do make_rpm ntp $v 1 'BuildArch: noarch' || exit 99; done
make_rpm lib 1 1 'BuildArch: noarch' 'Provides: libtime' && make_rpm clock 1 1 'BuildArch: noarch' 'Requires: libtime' || exit 99
mv rpms/*.rpm web/base/Packages && createrepo_c -q web/base || exit 99
# The origin, and the web server of the head node, which shows its cache.
perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD/web" "$PWD/port" "$PWD/log" & pids=$!
perl "$WEFT_SRC/t/spm/httpd.pl" "$PWD/headroot/var" "$PWD/hport" "$PWD/hlog" & pids="$pids $!"
until_true 10 test -s port && until_true 10 test -s hport || exit 99
port=$(cat port) hport=$(cat hport)
repositories="[{\"name\": \"base\", \"protocols\": [{\"name\": \"http\", \"url\": \"http://127.0.0.1:$port/base\"}]}]"
echo "$repositories" >worker/var/lib/spma-repositories.json
target() { printf -- '- %s\n' "$@" >worker/var/lib/spma-target.cf; }
W="spma --root $PWD/worker"
again() { rm -rf worker/var/lib/weft worker/var/spma-cache; : >log; : >hlog; }
installed() { spma-rpm --root "$PWD/worker" list | sort | tr '\n' ','; }
profile='{"software": {"packages": {"ntp": {"_31_2d1": {"arch": {"noarch": ""}}}, "clock": {}}, "repositories": '$repositories'}}'

ok 'a head node fills its cache for the profiles of its workers, with what they need besides' '
    echo "$profile" >worker.json && spma --root $PWD/headroot prefetch worker.json 2>err && grep -q "3 packages of 1 profiles are in the cache" err &&
    ls headroot/var/spma-cache >got && printf "%s-1-1.noarch.rpm\n" clock lib ntp >want && same want got && test -z "$(spma-rpm --root $PWD/headroot list)"'

ok 'workers have packages from it; its origin is asked for the index alone (REQ-H-6)' '
    again && target "ntp 1 1 noarch" "clock 1 1 noarch" "lib 1 1 noarch" && $W --headcache "http://127.0.0.1:$hport/spma-cache" 2>err &&
    test "$(installed)" = "clock 1 1 noarch,lib 1 1 noarch,ntp 1 1 noarch," && grep -c "^/spma-cache/.*rpm 0" hlog | grep -qx 3 && ! grep "rpm " log'

ok 'what it has not, or has in another state, comes from the origin' '
    again && target "ntp 2 1 noarch" "clock 1 1 noarch" "lib 1 1 noarch" && cp web/base/Packages/lib-1-1.noarch.rpm headroot/var/spma-cache/ntp-2-1.noarch.rpm &&
    $W prefetch --headcache "http://127.0.0.1:$hport/spma-cache/" 2>err && cmp worker/var/spma-cache/ntp-2-1.noarch.rpm web/base/Packages/ntp-2-1.noarch.rpm && grep -q "ntp-2" hlog && grep -q "ntp-2" log &&
    again && rm headroot/var/spma-cache/ntp-2-1.noarch.rpm && $W --headcache "http://127.0.0.1:$hport/spma-cache" 2>err && installed | grep -q "ntp 2"'

ok 'a head node that is gone costs no package' '
    again && target "ntp 1 1 noarch" "clock 1 1 noarch" "lib 1 1 noarch" && $W --headcache "http://127.0.0.1:1/spma-cache" 2>err && installed | grep -q "ntp 1"'

ok 'a reverse proxy gives metadata and packages' '
    again && target "ntp 2 1 noarch" && sed -i "s/127.0.0.1:$port/packages.invalid/" worker/var/lib/spma-repositories.json && code 69 $W plan 2>err &&
    $W --proxy yes --proxytype reverse --proxyhost "127.0.0.2:1,127.0.0.1" --proxyport $port --guardpercent 100 2>err && test "$(installed)" = "ntp 2 1 noarch," && grep -q "^/base/repodata/repomd.xml" log'

ok 'a forward proxy is asked for whole URLs, of metadata and packages' '
    again && target "ntp 1 1 noarch" && $W --proxy yes --proxyhost 127.0.0.1 --proxyport $port 2>err && test "$(installed)" = "ntp 1 1 noarch," &&
    grep -q "^http://packages.invalid/base/repodata/repomd.xml" log && grep -q "^http://packages.invalid/base/Packages/ntp-1" log && ! grep -v -e "^http:" -e "^/ 0" log'

ok 'a snapshot is a folder below the repository; the older one in the profile brings the older packages back (REQ-H-7)' '
    again
    mkdir -p web/dated
    cp -r web/base web/dated/2026-11-02
    mkdir -p web/dated/2026-11-01/Packages
    cp web/base/Packages/ntp-1* web/dated/2026-11-01/Packages/
    createrepo_c -q web/dated/2026-11-01
    dated() { printf "[{\"name\": \"dated\", \"snapshot\": \"%s\", \"protocols\": [{\"url\": \"http://127.0.0.1:%s/dated\"}]}]" $1 $port >worker/var/lib/spma-repositories.json; }
    printf "%s\n" "- ntp * * * ISUNWANTED" "- ntp 2 1 noarch" >worker/var/lib/spma-target.cf && dated 2026-11-02 && $W 2>err && test "$(installed)" = "ntp 2 1 noarch," &&
    dated 2026-11-01 && target "ntp 1 1 noarch" && $W plan >out && grep -q "replace ntp-1-1.noarch < ntp-2-1.noarch (downgrade)" out && $W 2>err && test "$(installed)" = "ntp 1 1 noarch," &&
    grep -q "^/dated/2026-11-01/Packages/ntp-1" log'
done_testing
