#!/bin/sh
# The site the benches measure is what they say it is: the same each time, of the size of a real site, and a
# mistake in it is found by its validation functions.
. "${WEFT_SRC:-.}/t/lib.sh"

gen=$WEFT_SRC/t/compiler/site-gen
compile() { rm -rf out && mkdir out && panc --formats pan,json --include-path one/profiles:one --output-dir out "$@" >said 2>&1; }

ok 'the same number of nodes gives the same site' '
    "$gen" --nodes 60 --out one && "$gen" --nodes 60 --out two && diff -r one two'
ok 'every node compiles, in four roles' '
    compile one/profiles/*.pan || { cat said; false; }
    test "$(ls out/*.json | wc -l)" = 60
    test "$(jq -r .system.role out/*.json | sort -u | paste -sd" ")" = "head login storage worker"'
ok 'a node has about 2,000 leaves, 240 KB of XML and 120 KB of JSON' '
    for node in out/*.json; do
        leaves=$(jq "[.. | scalars] | length" "$node") json=$(wc -c <"$node") xml=$(wc -c <"${node%.json}.xml")
        test "$leaves" -ge 1750 && test "$leaves" -le 2250 && test "$xml" -ge 210000 && test "$xml" -le 270000 &&
            test "$json" -ge 105000 && test "$json" -le 140000 || { echo "$node $leaves $xml $json"; exit 1; }
    done'
ok 'no two nodes are the same' 'test "$(md5sum out/*.xml | cut -d" " -f1 | sort -u | wc -l)" = 60'
ok 'a mistake is found' '
    sed -i "s/10.0.0.1/11.0.0.1/" one/site/network.pan
    ! compile one/profiles/node00007.pan && grep -qF "gateway 11.0.0.1 cannot be reached" said'
ok 'it says how it is used' '! "$gen" --nodes 0 --out x 2>err && grep -q "^usage: site-gen --nodes N --out DIR" err'
done_testing
