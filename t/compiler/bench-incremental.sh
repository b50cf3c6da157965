#!/bin/sh
# What a second run costs (panc --check-deps) on a synthetic site of NODES nodes (default 1000): when nothing changed,
# when a template changed that few nodes use, when one changed that all use; beside a clean build.
#
#   make bench      or, with build/release/bin in PATH,      t/compiler/bench-incremental.sh
set -e
src=${WEFT_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
nodes=${NODES:-1000}
# In memory when there is room and TMPDIR does not say where, as bench-site.sh.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${room:-0}" -lt $((nodes * 800)) ] || : "${TMPDIR:=/dev/shm}"
work=$(mktemp -d "${TMPDIR:-/tmp}/weft-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "in $work"
site=$work/site

# timed what count command...: the median of count runs; before each `prepare` is run
prepare() { :; }
timed() {
    what=$1 count=$2
    shift 2
    : >"$work/times"
    i=0
    while [ $i -lt "$count" ]; do
        prepare $i
        command time -a -f '%U %S %e %M' -o "$work/times" "$@"
        i=$((i + 1))
    done
    sort -n -k3 "$work/times" | awk -v what="$what" '{ cpu[NR] = $1 + $2; wall[NR] = $3; memory[NR] = $4 }
        END { m = int((NR + 1) / 2); printf "%-52s %8.0f ms CPU %8.0f ms wall %6.0f MB\n", what, cpu[m] * 1000, wall[m] * 1000, memory[m] / 1024 }'
}
build() {
    sh -c 'site=$1 out=$2; shift 2; exec panc "$@" --formats pan,json --include-path "$site/profiles:$site" --output-dir "$out" "$site"/profiles/*.pan' \
        sh "$site" "$work/out" "$@"
}
run() { timed "$1" "$2" sh -c 'site=$1 out=$2; shift 2; exec panc "$@" --formats pan,json --include-path "$site/profiles:$site" --output-dir "$out" "$site"/profiles/*.pan' sh "$site" "$work/out" $3; }

"$src/t/compiler/site-gen" --nodes "$nodes" --out "$site"
mkdir "$work/out"
run "clean build, $nodes nodes" 1 ''
build --check-deps
sleep 2.1
build --check-deps
run 'nothing changed' 7 --check-deps
touch_all() { find "$site" -name '*.pan' -exec touch {} +; }
prepare() { touch_all; }
run 'every template touched, none changed' 3 --check-deps
# Five nodes use a template of their own.
for n in 00001 00002 00003 00006 00007; do echo "include 'site/few';" >>"$site/profiles/node$n.pan"; done
prepare() { printf "unique template site/few;\n'/software/packages' = pkg('few-%s');\n" "$1" >"$site/site/few.pan"; }
# shellcheck disable=SC2218  # the one above
prepare x
build --check-deps
run 'one leaf template changed that 5 nodes use' 7 --check-deps
prepare() { echo >>"$site/schema/types.pan"; }
run 'one schema template changed that all use' 1 --check-deps
