# For the tests of components: a scratch root, runs as the dispatcher would start them, and their answers.
. "${WEFT_SRC:-.}/t/lib.sh"
export NCM_ROOT="$scratch/root"
mkdir -p "$NCM_ROOT/etc"
PATH=$WEFT_OUT/bin/ncm:$PATH
umask 022

# run STATUS COMPONENT VERB 'TREE' ['OTHER MEMBERS']: one run on that configuration; its lines are in $scratch/lines
run() {
    printf '{"component": "%s", "verbose": true, "tree": %s%s}' "$2" "$4" "${5:+, $5}" >"$scratch/document"
    code "$1" "$2" "$3" <"$scratch/document" >"$scratch/lines" 2>"$scratch/errors"
    got=$?
    cat "$scratch/lines" "$scratch/errors"
    test ! -s "$scratch/lines" || jq -e . "$scratch/lines" >"$scratch/jq.log" 2>&1 || { echo "not all lines are JSON"; return 1; }
    return $got
}
# says JQ-FILTER: a line of the last run fulfils it
says() { jq -es "any(.[]; $1)" "$scratch/lines" >"$scratch/jq.log" || { echo "no line with $1 in:"; cat "$scratch/lines"; false; }; }
# changed PATH...: exactly these, in this order, were reported as changed
changed() { jq -r 'select(.changed) | .changed' "$scratch/lines" >"$scratch/changed"; printf '%s\n' "$@" | sed '/^$/d' | diff -u - "$scratch/changed"; }
# wants SERVICE ACTION: the last run asked for it
wants() { says ".service == \"$1\" and .action == \"$2\""; }
# holds FILE: the file below the root is what comes on standard input
holds() { diff -u - "$NCM_ROOT$1"; }
