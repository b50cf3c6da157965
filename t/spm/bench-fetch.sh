#!/bin/sh
# Figures of a pre-fetch: PACKAGES (200) packages of 2 MB from a local web server, with 1 connection and with 8, beside
# curl with as many, which checks nothing, and beside curl and then openssl for the checksums, which is the same work; one
# that was broken off half-way; the memory of all. Then 40 files from a server that gives each connection 1 MB/s after the
# first MB: how busy the connections are kept. The target: with 8 connections as many bytes a second as curl gets from there (the server
# is saturated), no more CPU than the same work costs by hand, and no more than 64 MB.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/rpms.sh"
command -v rpmbuild >/dev/null && command -v createrepo_c >/dev/null && command -v nginx >/dev/null || { echo 'no rpmbuild, createrepo_c or nginx'; exit 0; }
n=${PACKAGES:-200} rounds=${ROUNDS:-3}
pid=
cleanup() { [ -z "$pid" ] || kill "$pid" 2>/dev/null; }
# One package, known to the index by many names, whose files differ in a few bytes behind the payload.
rpm_noise=2000000 make_rpm p 1 1 'BuildArch: noarch' || exit 1
mkdir -p web nginx/logs root/var/lib web/repodata
for i in $(seq "$n"); do { cat rpms/p-1-1.noarch.rpm; echo "$i"; } >"web/p$i-1-1.noarch.rpm"; done
. "$WEFT_SRC/t/spm/world.sh"
{
    echo "<?xml version=\"1.0\"?><metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"$n\">"
    (cd web && sha256sum p*.rpm) | while read -r sum f; do
        printf '<package type="rpm"><name>%s</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/><checksum type="sha256" pkgid="YES">%s</checksum><summary>s</summary><description>d</description><packager/><url/><time file="1" build="1"/><size package="%s" installed="1" archive="1"/><location href="%s"/><format><rpm:license>none</rpm:license></format></package>\n' \
            "${f%-1-1.noarch.rpm}" "$sum" "$(stat -c %s "web/$f")" "$f"
    done
    echo '</metadata>'
} | gzip -1n >web/repodata/primary.xml.gz
world_repomd web
port=$(free_port)
slow=$(free_port)
cat >nginx/conf <<END
$([ "$(id -u)" != 0 ] || echo "user root;") daemon off; worker_processes 1; pid $PWD/nginx/pid; error_log $PWD/nginx/logs/error.log;
events { worker_connections 256; }
http { access_log off; sendfile on; server { listen 127.0.0.1:$port; root $PWD/web; }
server { listen 127.0.0.1:$slow; root $PWD/web; limit_rate 1m; } }
END
nginx -p "$PWD/nginx" -c "$PWD/nginx/conf" & pid=$!
until_true 10 curl -fs -o /dev/null "http://127.0.0.1:$port/repodata/repomd.xml" || exit 1
export WEFT_ROOT=$PWD/root
# from PORT: the packages come from there
from() {
    printf '[{"name": "base", "protocols": [{"url": "http://127.0.0.1:%s"}]}]' "$1" >root/var/lib/spma-repositories.json
    for i in $(seq "$n"); do printf 'url = "http://127.0.0.1:%s/p%s-1-1.noarch.rpm"\noutput = "out/p%s"\n' "$1" "$i" "$i"; done >curl.conf
    spma plan --dependencies ignore --refresh 1d >out.plan || exit 1
}
for i in $(seq "$n"); do echo "- p$i 1 1 noarch"; done >root/var/lib/spma-target.cf
bytes=$(cat web/p*.rpm | wc -c)
# best WHAT command...: the fastest of ROUNDS
best() {
    what=$1
    shift
    for r in $(seq "$rounds"); do
        eval "$before"
        /usr/bin/time -o time -f '%U %S %e %M' "$@" >out.run 2>err || { cat err; exit 1; }
        tail -1 time
    done | awk -v what="$what" -v bytes="$bytes" '{ if (NR == 1 || $3 < wall) { wall = $3; cpu = $1 + $2 } if ($4 > mem) mem = $4 }
        END { printf "%-40s %6.0f MB/s %6.2f s wall %6.2f CPU s %6.1f MB\n", what, bytes / 1e6 / wall, wall, cpu, mem / 1024 }'
}
from "$port"
for c in 1 8; do
    before='rm -rf root/var/spma-cache'
    best "spma prefetch, $n files, $c connections" spma prefetch --dependencies ignore --refresh 1d --connections $c
    before='rm -rf out; mkdir out'
    best "curl, the same, unchecked" curl -sSZ --parallel-max $c -K curl.conf
    best "curl, then openssl for the checksums" sh -c 'curl -sSZ --parallel-max "$1" -K curl.conf && openssl dgst -sha256 out/p*' - $c
done
# Broken off: half of the files are there, one in part.
before='rm -f root/var/spma-cache/p[1-4]*; head -c 1000000 web/p1-1-1.noarch.rpm >root/var/spma-cache/p1-1-1.noarch.rpm.part'
bytes=$(cat web/p[1-4]*.rpm | wc -c)
best 'spma prefetch, the rest of it' spma prefetch --dependencies ignore --refresh 1d --connections 8
rounds=1 n=40
for i in $(seq "$n"); do echo "- p$i 1 1 noarch"; done >root/var/lib/spma-target.cf
bytes=$((n * $(stat -c %s web/p1-1-1.noarch.rpm)))
from "$slow"
before='rm -rf root/var/spma-cache'
best "spma prefetch, 8 slow connections" spma prefetch --dependencies ignore --refresh 1d --connections 8
before='rm -rf out; mkdir out'
best "curl, the same, unchecked" curl -sSZ --parallel-max 8 -K curl.conf
