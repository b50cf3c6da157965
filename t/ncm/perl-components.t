#!/bin/sh
# REQ-E-2: unmodified components of Quattor leave the same files and ask for the same services under our ncd as under theirs.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/quattor.sh"
. "$WEFT_SRC/t/ncm/quattor-node.sh"
# Both runs begin with the same cache, filled by our ccm-fetch.
ok 'the real ncm-ncd runs the components' '
    world theirs "$start && $theirs" >theirs.log 2>&1 ||
        { grep -a ERROR theirs.log; false; }'
ok 'so does ours' 'world ours "$start && $ours" >ours.log 2>&1 || { grep -a error: ours.log; false; }'

# What is different by nature: logs, states, caches, the date some files hold.
for w in theirs ours; do
    rm -rf $w/run $w/tmp $w/var/log/ncm $w/var/log/ccm-fetch.log $w/var/lib/ccm
    mv $w/calls $w.calls; rm -rf $w.weft; [ ! -d $w/var/lib/weft ] || mv $w/var/lib/weft $w.weft
    sed -i '1s/^# [A-Z][a-z][a-z] [A-Z][a-z][a-z] .* 20[0-9][0-9]$/# (date)/' $w/etc/lxb/queue.properties
    (cd $w && find . ! -type d -printf '%p %y %m %u %g %l\n' | sort) >$w.list
done
report=ours.weft/ncm/last-run.json
equal() { cmp "theirs$1" "ours$1"; }
for c in $components; do
    ok "$c" '
        jq -e --arg c $c ".components[] | select(.name == \$c) | .status == \"ok\"" $report && grep -aq "on component $c executed, 0 errors" theirs.log &&
        for f in $(jq -r --arg c $c ".components[] | select(.name == \$c).changed[]" $report); do equal $f || exit 1; done'
done
ok 'the same files are there, with mode, owner, links and contents' 'same theirs.list ours.list && diff -r --no-dereference theirs ours'
# Theirs acts at once and again; ours once for each service, a restart making a reload needless.
actions() { grep '^service' "$1" | sort -u | awk '{a[$3] = a[$3] " " $2} END {for (s in a) {if (a[s] ~ / restart/) a[s] = " restart"; print s a[s]}}' | sort; }
ok 'the same services are acted on' 'actions theirs.calls >want && actions ours.calls >got && test -s want && same want got'
ok 'other programs are called with the same words' 'grep -v ^service theirs.calls | sort >want; grep -v ^service ours.calls | sort >got; same want got'

cp -a ours.weft again.weft
mkdir -p again/var/lib && cp -a ours/. again && cp -a ours.weft again/var/lib/weft
ok 'a check of all that can says that nothing would change but a file with the date, and changes nothing' '
    world again "$start --force && rm -f /calls; $WEFT_OUT/bin/ncd --check --json --all" >check.json 2>check.log &&
    jq -e "[.components[] | select(.status == \"ok\")] | length > 15" check.json && test "$(jq -c "[.components[].changed[]]" check.json)" = "[\"/etc/lxb/queue.properties\"]"'
done_testing
