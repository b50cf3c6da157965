# Shared by the tests of the node's programs: a scratch node below $scratch/node, a profile made of pieces,
# components as small shell scripts.
node=$scratch/node
WEFT_ROOT=$node
export WEFT_ROOT
mkdir -p "$node/etc" "$scratch/components"
cat >"$node/etc/ccm.conf" <<END
profile file://$scratch/profile.xml
retrieve_wait 0
retrieve_retries 1
lock_wait 2
END
echo "component-dir = $scratch/components" >"$node/etc/ncm-ncd.conf"

# profile 'xml of components' ['more xml at the top']: publish it; the node does not know yet
profile() {
    cat >profile.new <<END
<?xml version="1.0" encoding="UTF-8"?>
<nlist format="pan" name="profile">$2<nlist name="software"><nlist name="components">$1</nlist></nlist></nlist>
END
    mv profile.new profile.xml
}
# active NAME ['xml inside']: a component that is active and dispatched
active() {
    printf '<nlist name="%s"><boolean name="active">true</boolean><boolean name="dispatch">true</boolean>%s</nlist>' "$1" "$2"
}
# pre NAME...  post NAME...: dependencies
pre() { dependencies pre "$@"; }
post() { dependencies post "$@"; }
dependencies() {
    printf '<nlist name="dependencies"><list name="%s">' "$1"; shift
    printf '<string>%s</string>' "$@"
    printf '</list></nlist>'
}
# component NAME: its program; standard input is what it does for verbs other than describe. Each run is
# one line in $scratch/runs
component() {
    { cat <<END
#!/bin/sh
if [ "\$1" = describe ]; then
    echo '{"protocol":1,"verbs":["describe","configure","unconfigure","check"],"noaction":true,"watch":[]}'
    exit 0
fi
cat >"$scratch/input.$1"
echo "\$1 $1" >>"$scratch/runs"
END
      cat; } >"components/$1"
    chmod +x "components/$1"
}
runs() { cat "$scratch/runs" 2>/dev/null; rm -f "$scratch/runs"; }
