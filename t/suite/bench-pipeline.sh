#!/bin/sh
# How long one value takes: from `cdb commit` to the changed file on each of three nodes, by the notification path,
# over CHANGES commits (20); and a run of ncd that finds nothing to do. Milliseconds of wall time.
. "${WEFT_SRC:-.}/t/lib.sh"
changes=${CHANGES:-20}
site=$scratch
. "$WEFT_SRC/t/suite/site.sh"
cleanup() { site_stop; }
nodes='lxb001.example.org lxdisk01.example.org lxlogin01.example.org'
file=etc/systemd/timesyncd.conf.d/site.conf

site_make && for node in $nodes; do site_node_make "$node" || exit 70; done
site_server_start && site_templates && site_first_commit first >/dev/null 2>&1 || exit 70
for node in $nodes; do site_node_start "$node"; done
for node in $nodes; do until_true 60 site_applied "$node" || exit 70; done

i=0
while [ "$i" -lt "$changes" ]; do
    i=$((i + 1))
    sed -i "s/'[a-z0-9]*\.example\.org')/'time$i.example.org')/" "$site/templates/example/site/global.pan"
    start=$(date +%s%N)
    site_commit "time$i" >/dev/null 2>&1 || exit 70
    echo $((($(date +%s%N) - start) / 10000)) >>commit.times
    for node in $nodes; do
        until_true 30 grep -q "time$i\." "$site/node/$node/$file" || exit 70
        echo $((($(stat -c %.9Y "$site/node/$node/$file" | tr -d .) - start) / 10000)) >>applied.times
    done
    for node in $nodes; do until_true 30 site_applied "$node"; done
done
# figure NAME FILE: minimum, median and maximum; the file holds hundredths of milliseconds
figure() { sort -n "$2" | awk -v name="$1" '{a[NR] = $1 / 100} END {printf "%-48s min %7.1f  median %7.1f  max %7.1f ms  (%d)\n", name, a[1], a[int((NR + 1) / 2)], a[NR], NR}'; }
figure 'commit answered' commit.times
figure 'commit to file changed on the node' applied.times

one=$site/node/lxb001.example.org
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
    start=$(date +%s%N)
    ncd --root "$one" --configure --all >/dev/null 2>&1 || exit 70
    echo $((($(date +%s%N) - start) / 10000)) >>noop.times
done
sed -i 1d noop.times
figure "ncd --configure --all, $(ncd --root "$one" --list 2>/dev/null | grep -c .) components, no change" noop.times
