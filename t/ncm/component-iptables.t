#!/bin/sh
# iptables writes the firewall for iptables and for nft, and both accept it.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
tree='{"filter": {"preamble": {"input": "DROP [0:0]", "forward": "  DROP   [0:0]"}, "ordered_rules": "yes", "rules": [
        {"chain": "input", "ctstate": "established,related", "jump": "accept"},
        {"chain": "input", "in-interface": "lo", "jump": "accept"},
        {"chain": "input", "protocol": "tcp", "source": "! 192.0.2.0/24", "dst_port": "25", "syn": true, "jump": "reject", "reject-with": "tcp-reset"},
        {"chain": "input", "protocol": "tcp", "dst_ports": "22,443", "comment": "ways in", "jump": "site"},
        {"chain": "input", "protocol": "icmp", "icmp-type": "echo-request", "limit": "10/second", "limit-burst": "20", "jump": "accept"},
        {"chain": "site", "src": "198.51.100.7", "jump": "log", "log-prefix": "site x: ", "log-level": "info"},
        {"chain": "site", "uid-owner": "0", "command": "insert", "jump": "return"},
        {"chain": "site", "jump": "accept"}, {"chain": "site", "jump": "accept"}]},
    "nat": {"rules": [{"chain": "postrouting", "out-interface": "eth1", "jump": "masquerade"}, {"chain": "prerouting", "protocol": "tcp", "dst_port": "80", "jump": "dnat", "to-destination": "192.0.2.8:8080"}], "epilogue": "COMMIT"}}'
tree=$(echo "$tree" | jq -c .)
with() { echo "$tree" | jq -c "$1"; }
rules=$NCM_ROOT/etc/sysconfig/iptables
ok 'check reports and writes nothing' 'run 0 iptables check "$tree" && changed /etc/sysconfig/iptables && wants iptables condrestart && test ! -e "$rules"'
ok 'rules in their order, with the modules they need' 'run 0 iptables configure "$tree" && holds /etc/sysconfig/iptables <<-"EOF"
	# Written by ncm-iptables (Weft); local changes are lost.
	*filter
	:INPUT DROP [0:0]
	:FORWARD DROP [0:0]
	:SITE - [0:0]
	-A INPUT -m conntrack --ctstate established,related -j ACCEPT
	-A INPUT -i lo -j ACCEPT
	-A INPUT ! -s 192.0.2.0/24 -p tcp --dport 25 --syn -j REJECT --reject-with tcp-reset
	-A INPUT -p tcp -m multiport --dports 22,443 -m comment --comment "ways in" -j SITE
	-A INPUT -p icmp --icmp-type echo-request -m limit --limit 10/second --limit-burst 20 -j ACCEPT
	-A SITE -s 198.51.100.7 -j LOG --log-prefix "site x: " --log-level info
	-I SITE -m owner --uid-owner 0 -j RETURN
	-A SITE -j ACCEPT
	COMMIT
	*nat
	-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.0.2.8:8080
	-A POSTROUTING -o eth1 -j MASQUERADE
	COMMIT
	EOF'
ok 'only root reads them' 'test "$(stat -c %a "$rules")" = 600'
# The kernel is asked in a network of its own.
alone=
test "$(id -u)" = 0 && unshare -n true 2>skip.log && alone='timeout 30 unshare -n'
if [ "$alone" ] && command -v iptables-restore >tools && $alone iptables-restore --test </dev/null 2>skip.log; then
    ok 'iptables-restore accepts the rules, and would refuse wrong ones' '
        grep -v uid-owner "$rules" | $alone iptables-restore --test && code 2 $alone sh -c "sed s/--dport/--deport/ \"\$1\" | iptables-restore --test" - "$rules" 2>refused.log'
else
    skip 'iptables-restore accepts the rules' 'no iptables here, or no right to ask the kernel'
fi
ok 'a second run changes nothing' 'run 0 iptables configure "$tree" && changed && ! grep -q service lines'
ok 'without an order they stand by their targets' '
    run 0 iptables configure "{\"filter\": {\"rules\": [{\"chain\": \"input\", \"jump\": \"drop\"}, {\"chain\": \"input\", \"in-interface\": \"lo\", \"jump\": \"accept\"}, {\"chain\": \"input\", \"jump\": \"log\"}]}}" &&
    sed -n "s/^-A INPUT.*-j //p" "$rules" | tr "\n" " " | grep -qx "LOG ACCEPT DROP "'
ok 'on Debian they have another place' 'touch "$NCM_ROOT/etc/debian_version" && run 0 iptables configure "$tree" && changed /etc/iptables/rules.v4 && wants netfilter-persistent restart'
nft=$(with '.backend = "nftables" | del(.filter.rules[6])')
if command -v iptables-restore-translate >tools; then
    ok 'the same rules for nft, which replaces these tables only' '
        run 0 iptables configure "$nft" && changed /etc/nftables.conf && wants nftables reload && ! grep -q "flush ruleset" "$NCM_ROOT/etc/nftables.conf" &&
        grep -qx "delete table ip nat" "$NCM_ROOT/etc/nftables.conf" && grep -q "^add rule ip filter INPUT .*dport { 22, *443 }.*jump SITE" "$NCM_ROOT/etc/nftables.conf" && run 0 iptables configure "$nft" && changed'
    if [ "$alone" ] && command -v nft >tools && $alone nft list ruleset 2>skip.log; then
        # Without translation of addresses: not every kernel has it for nft.
        ok 'nft accepts them, twice in a row' '
            run 0 iptables configure "$(echo "$nft" | jq -c "del(.nat)")" && $alone nft -c -f "$NCM_ROOT/etc/nftables.conf" && $alone sh -c "nft -f \"\$1\" && nft -f \"\$1\" && nft list chain ip filter INPUT" - "$NCM_ROOT/etc/nftables.conf" >list && grep -q "policy drop" list &&
            test "$(grep -c established list)" = 1'
    else
        skip 'nft accepts them' 'no nft here, or no right to ask the kernel'
    fi
else
    skip 'the same rules for nft' 'no iptables-restore-translate here'
fi
# ---- IPv6
six='{"backend": "iptables", "ipv6": {"filter": {"ordered_rules": "yes", "preamble": {"input": "DROP [0:0]"}, "rules": [
    {"chain": "input", "ctstate": "established,related", "jump": "accept"},
    {"chain": "input", "protocol": "icmpv6", "icmp-type": "echo-request", "jump": "accept"},
    {"chain": "input", "source": "! 2001:db8::/32", "protocol": "tcp", "dst_port": "22", "jump": "reject"}]}}}'
six=$(echo "$six" | jq -c .)
ok 'rules for IPv6 have a file and a program of their own; those for IPv4 are left alone when nothing is said of them' '
    was=$(md5sum "$NCM_ROOT/etc/iptables/rules.v4")
    run 0 iptables configure "$six"
    changed /etc/iptables/rules.v6
    wants netfilter-persistent restart
    test "$(md5sum "$NCM_ROOT/etc/iptables/rules.v4")" = "$was"
    holds /etc/iptables/rules.v6 <<-"EOF"
	# Written by ncm-iptables (Weft); local changes are lost.
	*filter
	:INPUT DROP [0:0]
	-A INPUT -m conntrack --ctstate established,related -j ACCEPT
	-A INPUT -p icmpv6 --icmpv6-type echo-request -j ACCEPT
	-A INPUT ! -s 2001:db8::/32 -p tcp --dport 22 -j REJECT
	COMMIT
	EOF'
if [ "$alone" ] && command -v ip6tables-restore >tools && $alone ip6tables-restore --test </dev/null 2>skip.log; then
    ok 'ip6tables-restore accepts them' '$alone ip6tables-restore --test <"$NCM_ROOT/etc/iptables/rules.v6"'
else
    skip 'ip6tables-restore accepts them' 'no ip6tables here, or no right to ask the kernel'
fi
if command -v ip6tables-restore-translate >tools; then
    ok 'nft has both protocols in one file' '
        run 0 iptables configure "$(with ".backend = \"nftables\" | del(.filter.rules[6]) | .ipv6 = $(echo "$six" | jq -c .ipv6)")"
        changed /etc/nftables.conf
        grep -qx "delete table ip6 filter" "$NCM_ROOT/etc/nftables.conf"
        grep -q "^add rule ip6 filter INPUT .*2001:db8::/32" "$NCM_ROOT/etc/nftables.conf"
        grep -q "^add rule ip filter INPUT" "$NCM_ROOT/etc/nftables.conf"'
else
    skip 'nft has both protocols in one file' 'no ip6tables-restore-translate here'
fi
ok 'an address of the other protocol is told' '
    run 1 iptables configure "$(echo "$six" | jq -c ".ipv6.filter.rules[2].source = \"192.0.2.1\"")"
    changed
    says "(.msg // \"\") == \"ipv6, table filter, rule 2: \u0027192.0.2.1\u0027 is no IPv6 address\""'
ok 'taken back, the earlier rules of each protocol come back' '
    echo six >"$NCM_ROOT/etc/iptables/rules.v6.old"
    run 0 iptables unconfigure "$six"
    changed /etc/iptables/rules.v6
    grep -qx six "$NCM_ROOT/etc/iptables/rules.v6"'

ok 'a rule cannot smuggle in another' '
    run 1 iptables configure "$(with ".filter.rules[0].comment = \"x\\n-A INPUT -j ACCEPT\"")" && changed && run 1 iptables configure "$(with ".filter.rules[1][\"in-interface\"] = \"lo -j ACCEPT\"")" && changed &&
    says "(.msg // \"\") == \"table filter, rule 1: in-interface: \u0027lo -j ACCEPT\u0027 is not one word\""'
ok 'a host without an address is an error, not a missing rule' 'run 1 iptables configure "$(with ".filter.rules[5].src = \"no-such-host\"")" && changed && says "(.msg // \"\") | contains(\"rule 5: \u0027no-such-host\u0027\")"'
ok 'unconfigure brings earlier rules back, and keeps these without' '
    run 2 iptables unconfigure "$(with ".backend = \"iptables\"")" && test -e "$NCM_ROOT/etc/iptables/rules.v4" &&
    echo old >"$NCM_ROOT/etc/iptables/rules.v4.old" && run 0 iptables unconfigure "$tree" && grep -qx old "$NCM_ROOT/etc/iptables/rules.v4" && wants netfilter-persistent restart'
done_testing
