#!/bin/sh
# /system/network is checked as a whole: addresses, gateways, interfaces and the cards behind them.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/templates/node.sh"

good 'a small node is accepted' ''
refused 'an address that is none' '"/system/network/interfaces/eth0/ip" = "10.1.0.256";' '/system/network/interfaces/eth0/ip'
refused 'a netmask with a hole' '"/system/network/interfaces/eth0/netmask" = "255.0.255.0";' '/system/network/interfaces/eth0/netmask'
refused 'an address without a netmask' '"/system/network/interfaces/eth0/netmask" = null;' 'address 10.1.0.11 without a netmask'
refused 'a static interface without an address' '
    "/system/network/interfaces/eth1" = dict("bootproto", "static", "onboot", true);' 'a static interface needs an address'
refused 'a gateway of the interface outside its network' '
    "/system/network/interfaces/eth0/gateway" = "10.2.0.1";' 'gateway 10.2.0.1 is outside the network of 10.1.0.11/255.255.0.0'
refused 'a broadcast address outside the network' '
    "/system/network/interfaces/eth0/broadcast" = "10.2.255.255";' 'broadcast 10.2.255.255 is outside the network'
refused 'a default gateway nobody can reach' '"/system/network/default_gateway" = "192.0.2.1";' \
    'default gateway 192.0.2.1 is in no network of this node'
good 'no default gateway at all' '"/system/network/default_gateway" = null;'
good 'DHCP finds the gateway' '
    "/system/network/interfaces/eth0" = dict("bootproto", "dhcp");
    "/system/network/default_gateway" = "192.0.2.1";'
refused 'an interface without a card' '
    "/system/network/interfaces/eth7" = dict("ip", "10.9.0.1", "netmask", "255.255.0.0");' \
    'interface eth7 has no card eth7 in /hardware/cards/nic'
refused 'one address twice' '
    "/system/network/interfaces/eth1" = dict("ip", "10.1.0.11", "netmask", "255.255.0.0", "onboot", true);' \
    'interfaces eth0 and eth1 have the same address 10.1.0.11'
refused 'an alias with an address that is taken' '
    "/system/network/interfaces/eth0/aliases/web" = dict("ip", "10.1.0.11", "netmask", "255.255.0.0");' \
    'have the same address 10.1.0.11'
good 'two cards as one' '
    "/system/network/interfaces" = dict(
        "eth0", dict("bootproto", "none", "master", "bond0"), "eth1", dict("bootproto", "none", "master", "bond0"),
        "bond0", dict("type", "Bond", "ip", "10.1.0.11", "netmask", "255.255.0.0", "bonding_opts", dict("mode", 4)));'
refused 'a master that does not exist' '
    "/system/network/interfaces/eth1" = dict("bootproto", "none", "master", "bond7");' 'master bond7 is not an interface of this node'
refused 'a primary in a mode that has none' '
    "/system/network/interfaces" = dict("bond0", dict("type", "Bond", "ip", "10.1.0.11", "netmask", "255.255.0.0",
        "bonding_opts", dict("mode", 4, "primary", "eth0")));' 'bonding mode 4 has no primary'
refused 'bonding options on a plain interface' '
    "/system/network/interfaces/eth0/bonding_opts" = dict("mode", 1);' 'bonding options on a Ethernet interface'
good 'tunnels and parts of Open vSwitch' '
    "/system/network/interfaces/tunl1" = dict("type", "IPIP", "my_inner_ipaddr", "10.9.0.1", "my_inner_prefix", 30, "my_outer_ipaddr", "10.1.0.11");
    "/system/network/interfaces/vxlan7" = dict("ip", "10.8.0.1", "netmask", "255.255.255.0", "physdev", "eth0", "plugin", dict("vxlan", dict("group", "239.1.1.1")));
    "/system/network/interfaces/ovs0" = dict("type", "OVSBridge");
    "/system/network/interfaces/eth7" = dict("type", "OVSPort", "ovs_bridge", "ovs0");'
refused 'a tunnel without an end' '"/system/network/interfaces/tunl1" = dict("type", "IPIP", "my_inner_ipaddr", "10.9.0.1", "my_inner_prefix", 30);' 'a tunnel needs my_outer_ipaddr'
refused 'the end of a tunnel on a card' '"/system/network/interfaces/eth0/my_outer_ipaddr" = "10.1.0.11";' 'my_outer_ipaddr on a Ethernet interface'
refused 'a vxlan of two kinds' '"/system/network/interfaces/vxlan7" = dict("bootproto", "none", "physdev", "eth0", "plugin", dict("vxlan", dict("group", "239.1.1.1", "remote", "10.0.0.1")));' 'a vxlan needs group or remote, one of them'
refused 'a port of no bridge' '"/system/network/interfaces/eth7" = dict("type", "OVSPort");' 'an OVSPort needs its ovs_bridge'
refused 'a port of a bridge that is not there' '"/system/network/interfaces/eth7" = dict("type", "OVSPort", "ovs_bridge", "ovs9");' 'ovs_bridge ovs9 is not an interface of this node'
refused 'a name the kernel would not take' '
    "/system/network/interfaces/a_very_long_interface_name" = dict("bootproto", "none", "onboot", false);' \
    'a_very_long_interface_name cannot be the name of an interface'
refused 'a field nobody knows' '"/system/network/interfaces/eth0/netmaks" = "255.255.0.0";' 'netmaks'
refused 'a card with a wrong address' '"/hardware/cards/nic/eth0/hwaddr" = "00:16:3e:00:01";' '/hardware/cards/nic/eth0/hwaddr'
refused 'two cards with one address, written differently' '
    "/hardware/cards/nic/eth1/hwaddr" = "00-16-3E-00-00-01";' 'cards eth0 and eth1 have the same address'
refused 'two cards that boot' '"/hardware/cards/nic/eth1/boot" = true;' '2 cards have boot = true'
refused 'no card that boots' '"/hardware/cards/nic/eth0/boot" = false; "/x" = boot_nic();' 'no network card of this node has boot = true'

ok 'arithmetic of addresses' '
    compile "\"/metadata/r\" = list(network_address(\"10.1.7.9\", \"255.255.252.0\"), broadcast_address(\"10.1.7.9\", \"255.255.252.0\"),
        subnet_prefix_to_mask(0), subnet_prefix_to_mask(22), subnet_prefix_to_mask(32),
        subnet_mask_to_prefix(\"255.255.252.0\"), subnet_mask_to_prefix(\"0.0.0.0\"), ip_in_network(\"10.1.7.9\", \"10.1.4.0\", \"255.255.252.0\"),
        ip_in_network(\"10.1.8.9\", \"10.1.4.0\", \"255.255.252.0\"));" &&
    jq -c .metadata.r lxb001.json | grep -Fx "[\"10.1.4.0\",\"10.1.7.255\",\"0.0.0.0\",\"255.255.252.0\",\"255.255.255.255\",22,0,true,false]"'
refused 'a subnet nobody defined' '
    "/metadata/r" = get_subnet_params(list(dict("subnet", "10.1.0.0", "netmask", "255.255.0.0")), "10.2.0.1");' \
    'no subnet of this site holds the address 10.2.0.1'
done_testing
