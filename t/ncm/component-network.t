#!/bin/sh
# network writes /system/network for networkd, ifupdown and the scripts of Red Hat, and each of them accepts it.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
net='{"hostname": "lxb001", "domainname": "example.org", "default_gateway": "192.0.2.1", "routing_table": {"backup": 20},
    "interfaces": {
        "eth0": {"bootproto": "none", "master": "bond0", "mtu": 9000}, "eth1": {"bootproto": "none", "master": "bond0", "mtu": 9000},
        "bond0": {"ip": "192.0.2.11", "netmask": "255.255.255.0", "broadcast": "192.0.2.255", "mtu": 9000, "ipv6addr": "2001:db8::11/64",
            "bonding_opts": {"mode": 4, "miimon": 100, "lacp_rate": 1, "xmit_hash_policy": "layer3+4"},
            "aliases": {"www": {"ip": "192.0.2.80", "netmask": "255.255.255.0"}},
            "route": [{"address": "198.51.100.0", "prefix": 24, "gateway": "192.0.2.2"}, {"address": "default", "gateway": "192.0.2.3", "table": "backup"}],
            "rule": [{"from": "192.0.2.80/32", "table": "backup", "priority": 100}]},
        "bond0.12": {"vlan": true, "bridge": "br0", "bootproto": "none"},
        "br0": {"type": "Bridge", "stp": false, "ip": "203.0.113.5", "netmask": "255.255.255.128"},
        "eth2": {"bootproto": "dhcp", "onboot": false, "set_hwaddr": true}}}'
net=$(echo "$net" | jq -c .)
extra() { printf '"extra": {"/system/network": %s, "/hardware/cards/nic": {"eth2": {"hwaddr": "00:16:3e:00:00:02"}}}' "${1:-$net}"; }
with() { extra "$(echo "$net" | jq -c "$1")"; }
networkd='{"backend": "networkd"}' ifupdown='{"backend": "ifupdown"}' ifcfg='{"backend": "ifcfg"}'
units=$NCM_ROOT/etc/systemd/network scripts=$NCM_ROOT/etc/sysconfig/network-scripts

ok 'check reports every file and the restart, and writes none' '
    run 0 network check "$networkd" "$(extra)" && wants systemd-networkd restart && test -z "$(ls "$NCM_ROOT/etc")" &&
    grep -c "\"changed\"" lines | grep -qx 11'

# ---- networkd
ok 'a bond for networkd' 'run 0 network configure "$networkd" "$(extra)" && wants systemd-networkd restart && holds /etc/systemd/network/10-weft-bond0.netdev <<-"END"
	# Written by ncm-network (Weft); local changes are lost.
	[NetDev]
	Name=bond0
	Kind=bond

	[Bond]
	Mode=802.3ad
	MIIMonitorSec=100ms
	LACPTransmitRate=fast
	TransmitHashPolicy=layer3+4
	END'
ok 'its addresses, routes, rules and the vlan on it' 'holds /etc/systemd/network/10-weft-bond0.network <<-"END"
	# Written by ncm-network (Weft); local changes are lost.
	[Match]
	Name=bond0

	[Link]
	MTUBytes=9000

	[Network]
	DHCP=no
	LinkLocalAddressing=ipv6
	IPv6AcceptRA=no
	Gateway=192.0.2.1
	VLAN=bond0.12

	[Address]
	Address=192.0.2.11/24
	Broadcast=192.0.2.255

	[Address]
	Address=192.0.2.80/24
	Label=bond0:www

	[Address]
	Address=2001:db8::11/64

	[Route]
	Destination=198.51.100.0/24
	Gateway=192.0.2.2

	[Route]
	Destination=0.0.0.0/0
	Gateway=192.0.2.3
	Table=20

	[RoutingPolicyRule]
	From=192.0.2.80/32
	Table=20
	Priority=100
	END'
ok 'what is part of others has no address; DHCP, and a card that stays down' '
    grep -qx Bond=bond0 "$units/10-weft-eth0.network" && grep -qx Bridge=br0 "$units/10-weft-bond0.12.network" && grep -qx Id=12 "$units/10-weft-bond0.12.netdev" &&
    grep -qx DHCP=ipv4 "$units/10-weft-eth2.network" && grep -qx ActivationPolicy=manual "$units/10-weft-eth2.network" && grep -qx MACAddress=00:16:3e:00:00:02 "$units/10-weft-eth2.network"'
ok 'name and routing tables' 'echo lxb001.example.org | holds /etc/hostname && echo "20 backup # managed by Quattor" | holds /etc/iproute2/rt_tables'
if [ "$(id -u)" = 0 ] && test -x /lib/systemd/systemd-networkd && unshare -n -m true 2>skip.log; then
    # In a network and a mount table of its own; it reads the files, tells what it does not understand, and is ended.
    networkd_reads() {
        timeout 60 unshare -n -m sh -c 'mkdir -p /etc/systemd/network /run/systemd && mount --bind "$1" /etc/systemd/network && mount -t tmpfs none /run/systemd && mkdir /run/systemd/netif &&
            { SYSTEMD_LOG_TARGET=console timeout 3 /lib/systemd/systemd-networkd || test $? = 124; }' - "$units" >networkd.log 2>&1
    }
    ok 'networkd understands every line, and tells the one it does not' '
        networkd_reads || { cat networkd.log; false; }; not grep -e 10-weft networkd.log
        echo "Frobnicate=yes" >>"$units/10-weft-br0.network"; networkd_reads; grep -q "10-weft-br0.network:.*Unknown" networkd.log
        sed -i "/^Frobnicate/d" "$units/10-weft-br0.network"'
else
    skip 'networkd understands every line' 'no systemd-networkd here, or no right to give it a network'
fi
ok 'a second run changes nothing and asks for nothing' 'run 0 network configure "$networkd" "$(extra)" && changed && ! grep -q service lines'
ok 'the files of an interface that left go, those of others stay' '
    echo "[Match]" >"$units/20-site.network"; echo "[Match]" >"$units/10-weft-by-hand.network"
    run 0 network configure "$networkd" "$(with "del(.interfaces.eth2)")" && changed /etc/systemd/network/10-weft-eth2.network && wants systemd-networkd restart &&
    ls "$units/20-site.network" "$units/10-weft-by-hand.network"'

# ---- ifupdown
ok 'ifupdown has one file for all' 'run 0 network configure "$ifupdown" "$(extra)" && wants networking restart && holds /etc/network/interfaces <<-"END"
	# Written by ncm-network (Weft); local changes are lost.

	auto lo
	iface lo inet loopback

	auto eth0
	iface eth0 inet manual
	    pre-up ip link set dev $IFACE mtu 9000
	    bond-master bond0

	auto eth1
	iface eth1 inet manual
	    pre-up ip link set dev $IFACE mtu 9000
	    bond-master bond0

	iface eth2 inet dhcp
	    hwaddress ether 00:16:3e:00:00:02

	auto bond0
	iface bond0 inet static
	    mtu 9000
	    bond-slaves eth0 eth1
	    bond-lacp-rate 1
	    bond-miimon 100
	    bond-mode 4
	    bond-xmit-hash-policy layer3+4
	    up ip route replace 198.51.100.0/24 via 192.0.2.2 dev $IFACE
	    up ip route replace default via 192.0.2.3 dev $IFACE table backup
	    up ip rule add from 192.0.2.80/32 table backup priority 100
	    down ip rule del from 192.0.2.80/32 table backup priority 100 || true
	    address 192.0.2.11/24
	    broadcast 192.0.2.255
	    gateway 192.0.2.1
	iface bond0 inet static
	    address 192.0.2.80/24
	iface bond0 inet6 static
	    address 2001:db8::11/64

	auto bond0.12
	iface bond0.12 inet manual
	    vlan-raw-device bond0

	auto br0
	iface br0 inet static
	    bridge_ports bond0.12
	    bridge_stp off
	    address 203.0.113.5/25
	END'
if command -v ifquery >tools; then
    ok 'ifquery reads it, and ifup would bring the interfaces up' '
        mkdir -p run && ifquery -i "$NCM_ROOT/etc/network/interfaces" --state-dir run -l -a >names && printf "%s\n" lo eth0 eth1 bond0 bond0.12 br0 | sort >want && sort names >got && same want got &&
        ifup -i "$NCM_ROOT/etc/network/interfaces" --state-dir run --no-act --no-scripts --force bond0 br0 >ifup.log 2>&1 || { cat ifup.log; false; }
        grep -q "ip addr add 192.0.2.80/255.255.255.0" ifup.log && grep -q "ip route replace default via 192.0.2.3" ifup.log'
else
    skip 'ifquery reads it' 'no ifupdown here'
fi
ok 'the file that was there is kept' '
    echo "# by hand" >"$NCM_ROOT/etc/network/interfaces" && run 0 network configure "$ifupdown" "$(extra)" && grep -qx "# by hand" "$NCM_ROOT/etc/network/interfaces.old"'

# ---- the scripts of Red Hat
ok 'ifcfg files, which a shell reads' '
    run 0 network configure "$ifcfg" "$(extra)" && wants network restart &&
    (. "$scripts/ifcfg-bond0" && test "$DEVICE $BOOTPROTO $IPADDR $NETMASK $GATEWAY" = "bond0 static 192.0.2.11 255.255.255.0 192.0.2.1" -a "$BONDING_OPTS" = "lacp_rate=1 miimon=100 mode=4 xmit_hash_policy=layer3+4") &&
    (. "$scripts/ifcfg-eth0" && test "$MASTER $SLAVE $BOOTPROTO" = "bond0 yes none") && (. "$scripts/ifcfg-bond0.12" && test "$VLAN $PHYSDEV $BRIDGE" = "yes bond0 br0") &&
    (. "$scripts/ifcfg-bond0:www" && test "$DEVICE $IPADDR" = "bond0:www 192.0.2.80") && (. "$NCM_ROOT/etc/sysconfig/network" && test "$HOSTNAME $GATEWAY" = "lxb001.example.org 192.0.2.1")'
ok 'with routes and rules' 'grep -qx "198.51.100.0/24 via 192.0.2.2 dev bond0" "$scripts/route-bond0" && grep -qx "from 192.0.2.80/32 table backup priority 100" "$scripts/rule-bond0"'
ok 'what the node has decides without a backend' 'run 0 network configure "{}" "$(extra)" && changed'

# ---- tunnels
tunnels='.interfaces += {
    "tunl1": {"type": "IPIP", "my_inner_ipaddr": "10.9.0.1", "my_inner_prefix": 30, "my_outer_ipaddr": "192.0.2.11", "peer_outer_ipaddr": "198.51.100.9"},
    "vxlan7": {"ip": "10.8.0.1", "netmask": "255.255.255.0", "physdev": "bond0", "plugin": {"vxlan": {"group": "239.1.1.1", "dstport": 4789}}},
    "over": {"bootproto": "none", "physdev": "bond0", "plugin": {"vxlan": {"vni": 70000, "remote": "198.51.100.9", "local": "192.0.2.11", "gbp": true}}}}'
ok 'tunnels for networkd' '
    run 0 network configure "$networkd" "$(with "$tunnels")"
    grep -qx VXLAN=vxlan7 "$units/10-weft-bond0.network"
    grep -qx Address=10.9.0.1/30 "$units/10-weft-tunl1.network"
    sed 1d "$units/10-weft-tunl1.netdev" >got
    printf "%s\n" "[NetDev]" Name=tunl1 Kind=ipip "" "[Tunnel]" Independent=yes Local=192.0.2.11 Remote=198.51.100.9 | same - got
    sed 1d "$units/10-weft-vxlan7.netdev" >got
    printf "%s\n" "[NetDev]" Name=vxlan7 Kind=vxlan "" "[VXLAN]" VNI=7 Group=239.1.1.1 DestinationPort=4789 | same - got
    sed 1d "$units/10-weft-over.netdev" >got
    printf "%s\n" "[NetDev]" Name=over Kind=vxlan "" "[VXLAN]" VNI=70000 Remote=198.51.100.9 Local=192.0.2.11 GroupPolicyExtension=yes | same - got'
if command -v networkd_reads >tools; then
    ok 'networkd understands them' 'rm "$units/10-weft-by-hand.network"; networkd_reads || { cat networkd.log; false; }; not grep -e 10-weft networkd.log'
else
    skip 'networkd understands them' 'no systemd-networkd here, or no right to give it a network'
fi
ok 'for ifupdown, made and taken away with ip' '
    run 0 network configure "$ifupdown" "$(with "$tunnels")"
    grep -qxF "    pre-up ip tunnel add \$IFACE mode ipip local 192.0.2.11 remote 198.51.100.9" "$NCM_ROOT/etc/network/interfaces"
    grep -qxF "    pre-up ip link add \$IFACE type vxlan id 7 dev bond0 group 239.1.1.1 dstport 4789" "$NCM_ROOT/etc/network/interfaces"
    grep -qxF "    post-down ip link del \$IFACE || true" "$NCM_ROOT/etc/network/interfaces"
    test "$(grep -c "address 10.9.0.1/30" "$NCM_ROOT/etc/network/interfaces")" = 1'
if command -v ifquery >tools; then
    ok 'ifup would make and address them' '
        mkdir -p run
        ifup -i "$NCM_ROOT/etc/network/interfaces" --state-dir run --no-act --no-scripts --force vxlan7 tunl1 >ifup.log 2>&1 || { cat ifup.log; false; }
        cat ifup.log
        grep -q "ip link add .IFACE type vxlan id 7 dev bond0" ifup.log
        grep -q "ip addr add 10.9.0.1/255.255.255.252" ifup.log'
else
    skip 'ifup would make and address them' 'no ifupdown here'
fi
ok 'for the scripts of Red Hat' '
    run 0 network configure "$ifcfg" "$(with "$tunnels")"
    (. "$scripts/ifcfg-tunl1"; test "$TYPE $MY_INNER_IPADDR $MY_OUTER_IPADDR $PEER_OUTER_IPADDR $IPADDR" = "IPIP 10.9.0.1/30 192.0.2.11 198.51.100.9 ")
    (. "$scripts/ifcfg-vxlan7"; test "$VXLAN $VNI $PHYSDEV $GROUP_IPADDR $DSTPORT $IPADDR" = "yes 7 bond0 239.1.1.1 4789 10.8.0.1")'

# ---- Open vSwitch
switched='.interfaces += {
    "ovs0": {"type": "OVSBridge", "ip": "10.7.0.1", "netmask": "255.255.255.0", "ovs_extra": "set bridge ovs0 stp_enable=true"},
    "eth7": {"type": "OVSPort", "bootproto": "none", "ovs_bridge": "ovs0", "ovs_opts": "tag=42"},
    "gre0": {"type": "OVSTunnel", "bootproto": "none", "ovs_bridge": "ovs0", "ovs_tunnel_type": "gre", "ovs_tunnel_opts": "options:remote_ip=198.51.100.9"}}'
ok 'Open vSwitch for ifupdown: ports come up with their bridge' '
    run 0 network configure "$ifupdown" "$(with "$switched")"
    sed -n "/^allow-ovs0 eth7/,/^$/p" "$NCM_ROOT/etc/network/interfaces" >got
    printf "%s\n" "allow-ovs0 eth7" "iface eth7 inet manual" "    ovs_type OVSPort" "    ovs_bridge ovs0" "    ovs_options tag=42" "" | same - got
    grep -qx "    ovs_ports eth7 gre0" "$NCM_ROOT/etc/network/interfaces"
    grep -qx "    ovs_extra set bridge ovs0 stp_enable=true" "$NCM_ROOT/etc/network/interfaces"'
ok 'and for the scripts of Red Hat' '
    run 0 network configure "$ifcfg" "$(with "$switched")"
    (. "$scripts/ifcfg-eth7"; test "$DEVICETYPE $TYPE $OVS_BRIDGE $OVS_OPTIONS" = "ovs OVSPort ovs0 tag=42")
    (. "$scripts/ifcfg-gre0"; test "$TYPE $OVS_TUNNEL_TYPE $OVS_TUNNEL_OPTIONS" = "OVSTunnel gre options:remote_ip=198.51.100.9")
    (. "$scripts/ifcfg-ovs0"; test "$TYPE $IPADDR $OVS_EXTRA" = "OVSBridge 10.7.0.1 set bridge ovs0 stp_enable=true")'
run 0 network configure "$networkd" "$(extra)" >back.log

# ---- what is refused
refused() { ok "$1" "run 1 network configure '$networkd' \"\$(with '$2')\" && changed && says '(.msg // \"\") | startswith(\"$3\")'"; }
cp -R "$units" before
refused 'no interfaces at all' '.interfaces = {}' 'no interfaces: a node without a network'
refused 'a part of nothing' '.interfaces.eth0.master = "bond9"' 'interface \u0027eth0\u0027: it is part of \u0027bond9\u0027, which is not there'
refused 'a name that leads elsewhere' '.interfaces["../x"] = {"bootproto": "dhcp"}' 'interface \u0027../x\u0027: that is no name'
refused 'a gateway nobody reaches' '.default_gateway = "10.0.0.1" | del(.interfaces.eth2)' 'no interface reaches the default gateway'
refused 'a routing table nobody named' '.interfaces.bond0.route[1].table = "nosuch"' 'there is no routing table'
refused 'Open vSwitch for networkd' '.interfaces.ovs0 = {"type": "OVSBridge"}' 'interface \u0027ovs0\u0027: networkd knows no Open vSwitch'
refused 'a vxlan without a number' '.interfaces.over = {"bootproto": "none", "physdev": "bond0", "plugin": {"vxlan": {"remote": "192.0.2.9"}}}' 'interface \u0027over\u0027: a vxlan needs its vni'
refused 'a tunnel without an end' '.interfaces.tunl1 = {"type": "IPIP", "my_inner_ipaddr": "10.9.0.1", "my_inner_prefix": 30}' 'interface \u0027tunl1\u0027: a tunnel needs my_outer_ipaddr'
refused 'words for a shell' '.interfaces.ovs0 = {"type": "OVSBridge", "ovs_extra": "x$(id)"}' 'interface \u0027ovs0\u0027: a quote, backslash or dollar'
refused 'a line end' '.interfaces.eth0.master = "bond0\nGateway=10.0.0.1"' 'interface \u0027eth0\u0027: a line end'
ok 'and the files stay as they were' 'diff -r before "$units"'
done_testing
