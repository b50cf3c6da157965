#!/bin/sh
# named writes the server's configuration only when named-checkconf accepts it, and its own lines of resolv.conf.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
tree=$(jq -cn '{start: true, servers: ["192.0.2.1", "192.0.2.2"], search: ["example.org"], serverConfig: "options {\n    directory \"/tmp\";\n    forwarders { 192.0.2.53; };\n};\n"}')
printf 'domain example.org\nnameserver 198.51.100.1\noptions rotate\n' >"$NCM_ROOT/etc/resolv.conf"
ok 'check reports and changes nothing' 'run 0 named check "$tree" && changed /etc/named.conf /etc/resolv.conf && wants named restart && test ! -e "$NCM_ROOT/etc/named.conf"'
ok 'the server'"'"'s configuration, and a restart' 'run 0 named configure "$tree" && wants named restart && grep -qx "    forwarders { 192.0.2.53; };" "$NCM_ROOT/etc/named.conf"'
ok 'the node asks its own server first; what is not configured stays' 'printf "domain example.org\noptions rotate\nnameserver 127.0.0.1\t\t# added by Quattor\nnameserver 192.0.2.1\t\t# added by Quattor\nnameserver 192.0.2.2\t\t# added by Quattor\nsearch example.org\n" | holds /etc/resolv.conf'
ok 'a second run changes nothing' 'run 0 named configure "$tree" && changed && ! grep -q service lines'
if command -v named-checkconf >tools; then
    ok 'named-checkconf accepts the file' 'named-checkconf "$NCM_ROOT/etc/named.conf"'
    ok 'what it refuses is not written, and told without the name of a scratch file' '
        cp "$NCM_ROOT/etc/named.conf" now; run 1 named configure "$(printf "%s" "$tree" | jq -c ".serverConfig = \"options { frobnicate; };\"")" && changed && same now "$NCM_ROOT/etc/named.conf" &&
        says "(.msg // \"\") | startswith(\"named-checkconf refuses\") and contains(\": named.conf:1: unknown option\")"'
else
    skip 'named-checkconf accepts the file' 'no bind9-utils here'
fi
ok 'from a file of the node, below the folder named lives in' '
    mkdir -p "$NCM_ROOT/etc/sysconfig" "$NCM_ROOT/etc/site"; echo "ROOTDIR=\"/var/named/chroot\"" >"$NCM_ROOT/etc/sysconfig/named"; echo "options { };" >"$NCM_ROOT/etc/site/named"
    run 0 named configure "{\"configfile\": \"/etc/site/named\"}" && changed /var/named/chroot/etc/named.conf && wants named condrestart'
ok 'both at once are refused' 'run 1 named configure "{\"configfile\": \"/etc/site/named\", \"serverConfig\": \"x\"}" && changed'
ok 'unconfigure brings the earlier lines back' 'rm "$NCM_ROOT/etc/sysconfig/named"; run 2 named unconfigure "$tree" && grep -qx "nameserver 198.51.100.1" "$NCM_ROOT/etc/resolv.conf"'
done_testing
