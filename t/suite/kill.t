#!/bin/sh
# Killed at any moment, nothing is lost and nothing is half: cdbd, ccm-fetch and cdispd are ended by SIGKILL at random
# moments of commits, fetches and runs. Every acknowledged commit is there after the restart, every node converges, no
# reader ever sees half a profile, and the store proves itself. WEFT_KILLS (200) says how many.
. "${WEFT_SRC:-.}/t/lib.sh"
kills=${WEFT_KILLS:-200}
site=$scratch
site_poll=2 site_interval=1
. "$WEFT_SRC/t/suite/site.sh"
nodes='lxb001.example.org lxdisk01.example.org lxlogin01.example.org'
file=etc/systemd/timesyncd.conf.d/site.conf
cleanup() { touch "$site/stop"; [ -z "$reader" ] || wait "$reader"; site_stop; }

random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }
one_of() { shift "$(random $#)"; echo "$1"; }
value() { sed -n 's/.*\(time[0-9]*\)\.example.*/\1/p' "$1" | head -1; }
set_value() { sed -i "s/[a-z]*[0-9]*\.example\.org\(.*# killed\)/time$1.example.org\1/" "$site/templates/example/site/global.pan"; }

# commit N: the working copy with value N, until it is in; the server may be killed meanwhile
commit() {
    set_value "$1"
    until=$(($(date +%s) + 60))
    while [ "$(date +%s)" -lt "$until" ]; do
        got=0
        site_commit "value $1" >commit.out 2>&1 || got=$?
        cat commit.out >>commit.log
        case $got in
            0) return 0 ;;
            1) ! grep -q 'nothing to commit' commit.out || return 0 ;;  # it was in before its answer was
            65) return 65 ;;
        esac
        sleep 0.1
    done
    return 1
}
# every node has applied value N
converged() {
    for node in $nodes; do
        grep -q "time$1\.example" "$site/node/$node/$file" 2>/dev/null || return 1
        site_applied "$node" || return 1
    done
}
# Readers look at the caches all the time; whatever they find must be whole.
read_all_the_time() {
    while [ ! -e "$site/stop" ]; do
        for node in $nodes; do
            ccm --root "$site/node/$node" verify >read.out 2>&1 || { echo "$node:"; cat read.out; } >>"$site/half"
            ccm --root "$site/node/$node" --format json --show /system/network/hostname >read.out 2>&1 && [ -s read.out ] ||
                { echo "$node: no host name"; cat read.out; } >>"$site/half"
            reads=$((reads + 1))
        done
    done
    echo "$reads" >"$site/reads"
}

ok 'a site with three nodes comes up' '
    site_make && for node in $nodes; do site_node_make $node || return 1; done &&
    site_server_start && site_templates &&
    sed -i "s/ntp3\.example\.org.*/&  # killed/" $site/templates/example/site/global.pan &&
    site_first_commit first && commit 0 &&
    for node in $nodes; do site_node_start $node || return 1; done &&
    until_true 60 converged 0'
[ "$failed" = 0 ] || { done_testing; exit; }

read_all_the_time &
reader=$!

acknowledged=0 lost='' i=0 hit_server=0 hit_fetch=0 hit_dispatch=0 astray=''
while [ "$i" -lt "$kills" ]; do
    i=$((i + 1))
    node=$(one_of $nodes)
    if [ $((i % 4)) = 1 ]; then
        ( commit "$i" && echo "$i" >"$site/acknowledged" ) &
        committing=$!
    fi
    sleep "0.$(printf %03d "$(random 120)")"
    case $(random 3) in
        0)  site_end_program cdbd KILL
            site_server_start || { lost="$lost cdbd did not start again after kill $i;"; break; }
            hit_server=$((hit_server + 1)) ;;
        1)  ccm-fetch --root "$site/node/$node" --force >>"$site/log/fetch" 2>&1 &
            victim=$!
            sleep "0.0$(printf %02d "$(random 60)")"
            kill -KILL "$victim" 2>/dev/null && hit_fetch=$((hit_fetch + 1))
            wait "$victim" 2>/dev/null ;;
        2)  site_end_program "$node.cdispd" KILL
            site_cdispd_start "$node" || { lost="$lost cdispd did not start again after kill $i;"; break; }
            hit_dispatch=$((hit_dispatch + 1)) ;;
    esac
    if [ $((i % 4)) = 0 ]; then
        wait "$committing" || astray="$astray $i"
        acknowledged=$(cat "$site/acknowledged" 2>/dev/null || echo 0)
        site_cdb get example/site/global.pan >now.pan 2>>commit.log
        grep -q "time$acknowledged\.example" now.pan || lost="$lost commit $acknowledged after kill $i;"
    fi
done
wait "$committing" 2>/dev/null

echo "# $hit_server kills of cdbd, $hit_fetch of ccm-fetch, $hit_dispatch of cdispd"
ok "every acknowledged commit survived $kills kills" 'echo "$lost"; test -z "$lost"'
ok 'no commit was given up' 'echo "$astray"; cat commit.log | tail -20; test -z "$astray"'
ok 'the last value is committed, and every node converges to it' '
    commit 9999 && until_true 60 converged 9999'
touch "$site/stop"
wait "$reader"
reader=
ok 'no reader ever saw half a profile' 'if test -s $site/half; then cat $site/half; false; fi; test "$(cat $site/reads)" -ge 3'
ok 'the store proves every index and profile' 'site_cdb verify'
ok 'nothing of the killed is left in the way: a purge leaves the profiles in use' '
    for node in $nodes; do ccm-purge --root $site/node/$node && ccm --root $site/node/$node verify || return 1; done'
done_testing
