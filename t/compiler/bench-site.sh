#!/bin/sh
# How fast the compiler is and how much memory it takes: a synthetic site of NODES nodes (default 1000), the
# example site, and one small profile from a cold start. PANC names another compiler to measure.
#
#   make bench      or, with build/release/bin in PATH,      NODES=10000 t/compiler/bench-site.sh
set -e
src=${WEFT_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
panc=${PANC:-panc}
nodes=${NODES:-1000}
# In memory when there is room and TMPDIR does not say where: on a disk it depends on what was removed lately. For each
# new file ext4 looks at all inodes near it that were freed in the last minutes, by tests, or by a bench before.
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${room:-0}" -lt $((nodes * 800)) ] || : "${TMPDIR:=/dev/shm}"
work=$(mktemp -d "${TMPDIR:-/tmp}/weft-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "in $work"

# timed command...: runs it, and keeps what it took for the next `told`.
timed() {
    command time -a -f '%U %S %e %M' -o "$work/times" "$@" || { echo "failed: $*"; exit 1; }
}
# told what profiles: profiles per CPU second, seconds, memory of the run that took the median of CPU time.
told() {
    awk '{ print $1 + $2, $3, $4 }' "$work/times" | sort -n | awk -v what="$1" -v n="$2" '{ cpu[NR] = $1 ? $1 : 0.01; wall[NR] = $2; memory[NR] = $3 }
        END { m = int((NR + 1) / 2)
            printf "%-44s %8.0f profiles/CPU s %7.2f s CPU %7.2f s wall %6.0f MB%s\n", what, n / cpu[m], cpu[m], wall[m], memory[m] / 1024, (NR > 1 ? " (median of " NR ")" : "") }'
    rm "$work/times"
}

"$src/t/compiler/site-gen" --nodes "$nodes" --out "$work/site"
# Machines are not equally fast all the time: what is short is run several times. Each run writes into a folder of its own,
# and what it wrote is emptied, not removed.
for reuse in '' --no-reuse; do
    runs=1
    [ "$nodes" -gt 2000 ] || [ -n "$reuse" ] || runs=5
    for threads in 1 0; do
        run=0
        while [ $run -lt $runs ]; do
            run=$((run + 1)) out=$work/out$reuse$threads.$run
            mkdir "$out"
            timed sh -c 'out=$1 site=$2 threads=$3 panc=$4 reuse=$5; exec "$panc" $reuse --nthread "$threads" --formats pan,json --include-path "$site/profiles:$site" --output-dir "$out" "$site"/profiles/*.pan' \
                sh "$out" "$work/site" "$threads" "$panc" "$reuse"
            test "$(find "$out" -type f | wc -l)" = $((2 * nodes))
            find "$out" -type f -exec truncate -s 0 {} +
        done
        told "site of $nodes nodes, XML + JSON, $([ $threads = 0 ] && echo "all cores" || echo "one job")${reuse:+, no reuse}" "$nodes"
    done
done

library=$src/templates
include=$(sed "s|^|$library/|" "$library/example/include-path" | paste -sd:)
count=$(find "$library/example/clusters" -path '*/profiles/*.pan' | wc -l)
mkdir "$work/out"
timed "$panc" --formats pan,json --include-path "$include" --output-dir "$work/out" "$library"/example/clusters/*/profiles/*.pan
told "example site, $count nodes, XML + JSON" "$count"

# One small profile, process start included: the median of 51 runs.
mkdir "$work/small" "$work/small/out"
cat >"$work/small/host.pan" <<'END'
object template host;

type host = { 'name' : string with match(SELF, '^[a-z]+$')  'ports' : long(1..65535)[1..] };
bind '/' = host;

'/name' = OBJECT;
'/ports' = list(22, 80, 443);
END
cat >"$work/loop" <<'END'
i=0
while [ $i -lt 51 ]; do
    start=$(date +%s%N)
    "$1" --formats pan,json --include-path "$2" --output-dir "$2/out" "$2/host.pan"
    echo $((($(date +%s%N) - start) / 1000))
    i=$((i + 1))
done
END
command time -f '%U %S' -o "$work/time" sh "$work/loop" "$panc" "$work/small" | sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] / 1000 }' >"$work/median"
awk -v median="$(cat "$work/median")" '{ printf "%-44s %8.1f ms wall (median of 51) %7.1f ms CPU (mean, shell and date included)\n", "one small profile, cold start", median, ($1 + $2) * 1000 / 51 }' "$work/time"
