# The examples of the components' pages as configurations, for the tests that run every component. After component.sh.

# example COMPONENT: as a template
example() {
    echo 'object template node;'
    mandoc -T utf8 "$WEFT_SRC/man/ncm-$1.8" | col -bx | sed -n '/^EXAMPLES/,/^[S-Z]/{/^[A-Z]/d;s/^     //;p;}'
}
# compile COMPONENT: into node.json
compile() { rm -f node.json; example "$1" >node.pan && cat node.pan && panc -I "$WEFT_SRC/templates:." --formats json -o . node.pan; }
# watched COMPONENT: what of node.json it watches, as a member of its document
watched() { jq -c --argjson watch "$("$1" describe | jq -c .watch)" '. as $n | {extra: ([$watch[] | {(.): (. as $p | $n | getpath($p | ltrimstr("/") | split("/")))}] | add // {} | del(..|nulls))}' node.json | sed 's/^{//; s/}$//'; }
