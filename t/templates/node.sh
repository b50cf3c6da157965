# A small good node for the tests of the schema, and two claims about edits of it.
#   good 'claim' 'statements'             the node with these statements compiles
#   refused 'claim' 'statements' 'text'   it does not, and the message says text
library=$WEFT_SRC/templates
node='
include "quattor/profile_base";
"/hardware/cards/nic/eth0" = dict("hwaddr", "00:16:3e:00:00:01", "boot", true);
"/hardware/cards/nic/eth1" = dict("hwaddr", "00:16:3e:00:00:02");
"/hardware/harddisks/sda" = dict("capacity", 480 * GB, "interface", "sata");
"/system/architecture" = "x86_64";
"/system/rootmail" = "root@example.org";
"/system/timezone" = "Europe/Zurich";
"/system/network/hostname" = hostname_from_object();
"/system/network/domainname" = "example.org";
"/system/network/default_gateway" = "10.1.0.1";
"/system/network/interfaces" = copy_network_params(dict("ip", "10.1.0.11", "netmask", "255.255.0.0"));
'
compile() {
    printf 'object template lxb001;\n%s\n%s\n' "$node" "$1" >lxb001.pan
    rm -f lxb001.json
    panc --formats json --include-path ".:$library" lxb001.pan 2>&1
}
good() { statements=$2; ok "$1" 'compile "$statements" && test -s lxb001.json'; }
refused() {
    statements=$2 text=$3
    ok "$1" '! compile "$statements" >said && cat said && test ! -e lxb001.json && grep -qF "$text" said'
}
