#!/bin/sh
# What the unmodified components of Quattor cost under our runner beside the real one: CPU seconds of a first run and
# of one that changes nothing, by turns. QUATTOR_SOURCES as in quattor.sh.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/quattor.sh"
. "$WEFT_SRC/t/ncm/quattor-node.sh"
measure='measure() { what=$1; shift; TIMEFORMAT="$what %U %S"; { time "$@" >>/run.log 2>&1; } 2>>/cpu; }'
for round in 1 2 3 4 5; do
    for who in theirs ours; do
        eval "command=\$$who"
        world $who$round "$start && exec bash -c '$measure; measure $who-first $command; measure $who-again $command'" >>log 2>&1 || { tail -5 log; exit 1; }
        cat $who$round/cpu >>cpu
        rm -rf $who$round $who$round.mount
    done
done
echo "$(echo $components | wc -w) components, least of 5 rounds"
awk '{s = $2 + $3; if (!($1 in least) || s < least[$1]) least[$1] = s}
     END {for (w in least) printf "%-14s %.2f CPU s\n", w, least[w]
          printf "first run %.2f, again %.2f times the real runner\n", least["ours-first"] / least["theirs-first"], least["ours-again"] / least["theirs-again"]}' cpu | sort
