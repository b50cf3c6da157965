#!/bin/sh
# Figures of planning: 1,500 installed, 10 updates, a repository of 3,000 and one of 50,000 with its metadata cached;
# spma beside dnf --assumeno, and apt-get -s with the same world as Debian packages; and a run with nothing to do.
# CPU seconds are user + system of the best of ROUNDS runs (5), memory is the largest resident set.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/spm/world.sh"
command -v rpmbuild >/dev/null || { echo 'no rpmbuild'; exit 0; }
rounds=${ROUNDS:-5}
# measure NAME command...: prints CPU s, wall ms, MB
measure() {
    what=$1
    shift
    # time(1) counts in hundredths of a second: five runs together are told to two thousandths.
    for r in $(seq "$rounds"); do /usr/bin/time -o time -f '%U %S %e %M' sh -c 'for i in 1 2 3 4 5; do "$@" >out 2>err; done' - "$@"; tail -1 time; done |
        awk -v what="$what" '{ c = ($1 + $2) / 5; $3 /= 5; if (NR == 1 || c < cpu) cpu = c; if (NR == 1 || $3 < wall) wall = $3; if ($4 > mem) mem = $4 }
            END { printf "%-44s %7.3f CPU s %6.2f s wall %7.1f MB\n", what, cpu, wall, mem / 1024 }'
}
world_installed "$scratch/root" 1500 || exit 1
export WEFT_ROOT=$scratch/root
lib=$WEFT_ROOT/var/lib
mkdir -p "$lib"
for n in ${REPOSITORIES:-3000 50000}; do
    world_repository "$scratch/repo$n" $n
    printf '[{"name": "r%s", "protocols": [{"url": "file://%s/repo%s"}]}]' $n "$scratch" $n >"$lib/spma-repositories.json"
    world_target 1500 yes >"$lib/spma-target.cf"
    spma plan --refresh 1d >out 2>&1 || { cat out; exit 1; }
    grep -q '^0 to install, 10 to replace, 0 to erase' out || { tail -3 out; exit 1; }
    measure "spma plan, 10 updates, repository of $n" spma plan --refresh 1d
    if command -v dnf >/dev/null; then
        set -- dnf --installroot="$WEFT_ROOT" --releasever=1 --setopt=reposdir=/nowhere --setopt=cachedir="$scratch/dnf$n" --setopt=metadata_expire=never --setopt=keepcache=1 \
            --repofrompath="r$n,file://$scratch/repo$n" --repo="r$n" --nogpgcheck --disableplugin='*' --assumeno upgrade
        "$@" >out 2>&1
        grep -q 'Upgrade *10 Packages' out || tail -20 out
        measure "dnf --assumeno upgrade, the same" "$@"
    else
        echo 'no dnf to compare with'
    fi
done
world_target 1500 no >"$lib/spma-target.cf"
measure 'spma apply, nothing to do' spma apply

# The same world for Debian.
deb=$scratch/deb
mkdir -p "$deb/var/lib/dpkg/updates" "$deb/var/lib/dpkg/info" "$deb/etc/apt/apt.conf.d" "$deb/etc/apt/preferences.d" "$deb/var/lib/apt/lists/partial" "$deb/var/cache/apt/archives/partial" "$deb/repo"
world_deb() {
    awk -v n="$1" -v index_="$2" 'function package(i, v,   k) {
            printf "Package: p%d\n%sVersion: %d-1\nArchitecture: all\nMaintainer: m\nDescription: d\nProvides: cap%d\n", i, (index_ ? "" : "Status: install ok installed\n"), v, i
            if (i >= 20) { printf "Depends: "; for (k = 2; k <= 5; k++) printf "%scap%d", (k > 2 ? ", " : ""), int(i / k) + 1; print "" }
            if (index_) printf "Filename: ./p%d_%d-1_all.deb\nSize: 1000\nSHA256: %064d\n", i, v, i * 10 + v
            print ""
        }
        BEGIN { for (i = 1; i <= n; i++) { package(i, 1); if (index_ && i % 150 == 0 && i <= 1500) package(i, 2) } }'
}
world_deb 1500 '' >"$deb/var/lib/dpkg/status"
: >"$deb/var/lib/dpkg/available"
export WEFT_ROOT=$deb
world_target 1500 yes | sed 's/noarch/all/' >"$deb/var/lib/spma-target.cf"
echo "deb [trusted=yes] file:$deb/repo ./" >"$deb/etc/apt/sources.list"
for n in ${REPOSITORIES:-3000 50000}; do
    world_deb $n yes >"$deb/repo/Packages"
    gzip -1nkf "$deb/repo/Packages"
    printf '[{"name": "d%s", "protocols": [{"url": "file://%s/repo"}]}]' $n "$deb" >"$deb/var/lib/spma-repositories.json"
    spma plan --packager dpkg --refresh 1d >out 2>&1 || { tail -3 out; exit 1; }
    measure "spma plan, dpkg, 10 updates, repository of $n" spma plan --packager dpkg --refresh 1d
    set -- apt-get -o "Dir=$deb" -o "Dir::State::status=$deb/var/lib/dpkg/status" -o "Dir::Etc::trusted=/nowhere" -o APT::Architecture="$(dpkg --print-architecture)" -o APT::Sandbox::User=root
    "$@" update >out 2>&1 || cat out
    "$@" -s upgrade >out 2>&1
    grep -q '^10 upgraded' out || tail -3 out
    measure 'apt-get -s upgrade, the same' "$@" -s upgrade
done
