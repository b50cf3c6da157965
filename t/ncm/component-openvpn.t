#!/bin/sh
# openvpn writes a file for each tunnel.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"server": {"main": {"configfile": "/etc/openvpn/main.conf", "port": 1194, "dev": "tun", "verb": 1, "persist-key": true, "comp-lzo": false, "push": ["route 10.0.0.0 255.0.0.0"], "keepalive": [10, 120]}},
    "clients": {"ops": {"configfile": "/etc/openvpn/ops.conf", "client": true, "remote": ["a.example.org", "b.example.org"]}}}'
tree=$(echo "$tree" | jq -c .)
ok 'check reports and writes nothing' 'run 0 openvpn check "$tree" && changed /etc/openvpn/ops.conf /etc/openvpn/main.conf && test ! -e "$NCM_ROOT/etc/openvpn"'
ok 'a server has what it pushes, a number of 1 keeps its value, false says nothing' 'run 0 openvpn configure "$tree" && wants openvpn restart && holds /etc/openvpn/main.conf <<-"END"
	# Written by ncm-openvpn (Weft); local changes are lost.
	push "route 10.0.0.0 255.0.0.0"
	keepalive 10 120
	dev tun
	persist-key
	port 1194
	verb 1
	END'
ok 'a client has its servers' 'holds /etc/openvpn/ops.conf <<-"END"
	# Written by ncm-openvpn (Weft); local changes are lost.
	remote a.example.org
	remote b.example.org
	client
	END'
ok 'changes nothing on a second run' 'run 0 openvpn configure "$tree" && changed && ! grep -q "\"service\"" lines'
ok 'a tunnel that left the configuration goes' 'run 0 openvpn configure "$(echo "$tree" | jq -c "del(.server)")" "\"previous\": $tree" && changed /etc/openvpn/main.conf && wants openvpn restart'
ok 'a file must be an absolute path' 'run 1 openvpn configure "{\"clients\": {\"x\": {\"configfile\": \"x\"}}}" && changed'
ok 'removed, the files go' 'run 0 openvpn unconfigure "$tree" && test -z "$(ls "$NCM_ROOT/etc/openvpn")"'
done_testing
