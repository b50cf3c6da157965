#!/bin/sh
# What the example site says and what the components do fit together: on one node of each role every component
# takes its part of the profile, writes, and finds nothing to do the second time.
. "${WEFT_SRC:-.}/t/lib.sh"
PATH=$WEFT_OUT/bin/ncm:$PATH
include=$(sed "s|^|$WEFT_SRC/templates/|" "$WEFT_SRC/templates/example/include-path" | paste -sd:)
nodes='lxb001 lxhead01 lxdisk01 lxlogin01'

# each VERB: every component of every node does it, under a root of its own
each() {
    for node in $nodes; do
        export NCM_ROOT="$scratch/$node"
        mkdir -p "$NCM_ROOT/etc"
        for component in $(jq -r '.software.components | keys[]' "$node.example.org.json"); do
            # Only root can give a directory to somebody.
            test "$component" = dirperm && test "$(id -u)" != 0 && continue
            jq -c "{component: \"$component\", tree: .software.components.$component}" "$node.example.org.json" >document
            "$component" "$1" <document >>lines 2>>errors || { echo "$node $component $1: $?"; cat errors; return 1; }
        done
    done
}
ok 'the nodes compile' '
    set --
    for node in $nodes; do set -- "$@" "$WEFT_SRC"/templates/example/clusters/*/profiles/$node.*; done
    panc --formats json --include-path "$include" "$@"'
ok 'every component writes' 'each configure && test "$(jq -s "[.[] | select(.changed)] | length" lines)" -gt 100 && test ! -s errors'
ok 'and has nothing to do the second time' 'rm lines && each configure && test "$(jq -s "[.[] | select(.changed)] | length" lines)" = 0'
ok 'the time servers are in the file of the clock' '
    grep -qx "NTP=ntp1.example.org ntp2.example.org ntp3.example.org" lxb001/etc/systemd/timesyncd.conf.d/site.conf'
ok 'every node knows every other by name' '
    for node in $nodes; do grep -c "lx[a-z]*[0-9]*\.example\.org lx" $node/etc/hosts || exit 1; done | sort -u | grep -qx 14'
ok 'what a node offers to the batch system is what the scheduler believes' '
    test "$(sed -n "s/^cores: //p" lxb001/etc/site/batch-node.yaml)" = "$(jq .lxb001.cores lxhead01/etc/site/batch-nodes.json)"'
ok 'roles differ where they should' '
    grep -qx "AllowGroups=operators" lxdisk01/etc/ssh/sshd_config.d/50-site.conf &&
    grep -q "^AllowGroups=operators physics" lxlogin01/etc/ssh/sshd_config.d/50-site.conf &&
    test -e lxb001/etc/systemd/system/home.mount && test ! -e lxdisk01/etc/systemd/system/home.mount'
if test -x /usr/sbin/sshd && test -d /run/sshd; then
    ok 'the secure shell server takes its file' '
        ssh-keygen -q -t ed25519 -N "" -f key
        for node in $nodes; do /usr/sbin/sshd -t -h "$PWD/key" -f "$node/etc/ssh/sshd_config.d/50-site.conf" || exit 1; done'
else
    skip 'the secure shell server takes its file' 'no sshd here that could run'
fi
done_testing
