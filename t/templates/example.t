#!/bin/sh
# The example site compiles, every node is of real size, a shared value reaches all nodes and one component, and
# a mistake is refused with a message that names it. The places README.md gives for these edits are right.
. "${WEFT_SRC:-.}/t/lib.sh"

cp -R "$WEFT_SRC/templates" site
# build folder: the profiles of site/, with what panc says in said
build() {
    mkdir -p "$1"
    include=$(sed 's|^|site/|' site/example/include-path | paste -sd:)
    panc --formats pan,json --include-path "$include" --output-dir "$1" site/example/clusters/*/profiles/*.pan >said 2>&1
}
# edit 'FILE:LINE' 's/a/b/': changes that line of the site and nothing else
edit() {
    file=site/${1%:*} line=${1##*:}
    cp "$file" before
    sed -i "$line$2" "$file"
    test "$(diff before "$file" | grep -c '^>')" = 1
}
restore() { rm -rf site && cp -R "$WEFT_SRC/templates" site; }

ok 'every node compiles' '
    build was || { cat said; false; }
    test "$(ls was/*.json | wc -l)" = "$(ls site/example/clusters/*/profiles/*.pan | wc -l)"
    test "$(ls was/*.json | wc -l)" -ge 12'
ok 'nothing is said about a good site' 'test ! -s said'
ok 'there are four roles over shared machines' '
    test "$(jq -r .system.role was/*.json | sort -u | paste -sd" ")" = "head login storage worker"
    test "$(jq -r .hardware.model was/*.json | sort -u | wc -l)" = 4'
ok 'the XML is well-formed' 'xmllint --noout was/*.xml'
ok 'every node has 1,000 values and more' '
    for profile in was/*.json; do
        test "$(jq "[.. | scalars] | length" "$profile")" -ge 1000 || { echo "$profile"; exit 1; }
    done'
ok 'XML and JSON have the same values' '
    for profile in was/*.json; do
        test "$(jq "[.. | scalars] | length" "$profile")" = "$(grep -cE "<(string|long|double|boolean)[ />]" "${profile%.json}.xml")"
    done'
ok 'the scheduler knows its workers from their own profiles' '
    jq -c ".software.components.metaconfig.services[\"_2fetc_2fsite_2fbatch_2dnodes_2ejson\"].contents | [.lxb005.cores, .lxb005.memory_mb, .lxb007.state]" \
        was/lxhead01.example.org.json | grep -Fx "[128,516096,\"down\"]"'
ok 'files that components write have absolute names' '
    jq -r ".software.components | .metaconfig.services | keys[]" was/*.json | sort -u >names
    test -s names && ! grep -v "^_2fetc_2f" names'

# README.md says where to try a change and a mistake: "FILE:LINE`, and what to replace there.
good=$(sed -n 's/.*`\(example\/site\/global.pan:[0-9]*\)`.*/\1/p' site/README.md)
bad=$(sed -n 's/.*`\(example\/site\/subnets.pan:[0-9]*\)`.*/\1/p' site/README.md)

ok 'a shared value changes every profile below one component only' '
    edit "$good" "s/ntp3\.example/ntp4.example/"
    build now
    for profile in was/*.json; do
        ! cmp -s "$profile" "now/${profile#was/}" || exit 1
        jq "del(.software.components.metaconfig)" "$profile" >a
        jq "del(.software.components.metaconfig)" "now/${profile#was/}" >b
        same a b
        jq -c ".software.components.metaconfig.services | to_entries[] | select(.value | tostring | test(\"ntp4\")) | .key" "now/${profile#was/}" |
            grep -Fx "\"_2fetc_2fsystemd_2ftimesyncd_2econf_2ed_2fsite_2econf\"" || exit 1
    done'
restore
ok 'a gateway nobody can reach is refused, for every node' '
    edit "$bad" "s/10\.1\.0\.1'\''),/10.3.0.1'\''),/"
    not build refused
    cat said
    grep -qF "gateway 10.3.0.1 is outside the network of 10.1.1.1/255.255.0.0" said
    grep -q network_interface said
    test -z "$(ls refused)"'
restore
ok 'a node that is not in the table is refused by name' '
    sed "s/lxb001/lxb009/" site/example/clusters/batch/profiles/lxb001.example.org.pan >site/example/clusters/batch/profiles/lxb009.example.org.pan
    not build refused
    grep -qF "node lxb009.example.org is not in site/databases" said'
restore
ok 'a value that a validation function of the site refuses' '
    sed -i "s/\x27NTP\x27, SITE_NTP_SERVERS/&, \x27PollIntervalMinSec\x27, 4096/" site/example/service/time.pan
    not build refused
    grep -qF "PollIntervalMinSec 4096 is above PollIntervalMaxSec 2048" said'
restore
ok 'a queue for a group that does not exist' '
    sed -i "s/list(\x27operators\x27)))/list(\x27ghosts\x27)))/; s/list(\x27operators\x27)),$/list(\x27ghosts\x27)),/" site/example/service/batch/common.pan
    not build refused
    grep -qF "queue for group ghosts, which does not exist" said'
done_testing
