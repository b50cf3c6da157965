#!/bin/sh
# ntpd writes /etc/ntp.conf and the servers asked at start.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"servers": ["192.0.2.1"], "serverlist": [{"server": "192.0.2.2", "options": {"prefer": true, "maxpoll": 10, "burst": false}}], "defaultoptions": {"iburst": true}, "restrictdefault": {"nomodify": true, "ignore": false}, "driftfile": "/var/lib/ntp/drift",
    "keyfile": "/etc/ntp/keys", "trustedkey": [10, 2], "clientnetworks": [{"net": "10.0.0.0", "mask": "255.0.0.0"}], "logconfig": ["=syncstatus"], "statistics": {"loopstats": true, "peerstats": false},
    "filegen": [{"name": "loopstats", "file": "loop", "type": "day", "enableordisable": "enable"}], "tinker": {"panic": 0}, "interface": [{"action": "listen", "match": "eth0"}], "broadcastdelay": 0.008}'
tree=$(echo "$tree" | jq -c .)
ok 'check reports and writes nothing' 'run 0 ntpd check "$tree" && changed /etc/ntp.conf /etc/ntp/step-tickers && test ! -e "$NCM_ROOT/etc/ntp.conf"'
ok 'writes every kind of line' 'run 0 ntpd configure "$tree" && wants ntpd restart && holds /etc/ntp.conf <<-"END" && printf "192.0.2.1\n192.0.2.2\n" | holds /etc/ntp/step-tickers
	# Written by ncm-ntpd (Weft); local changes are lost.
	restrict default nomodify
	broadcastdelay 0.008
	keys /etc/ntp/keys
	trustedkey 2 10
	driftfile /var/lib/ntp/drift
	tinker panic 0
	server 192.0.2.1 iburst
	restrict 192.0.2.1 mask 255.255.255.255 nomodify notrap noquery
	server 192.0.2.2 maxpoll 10 prefer
	restrict 192.0.2.2 mask 255.255.255.255 nomodify notrap noquery
	fudge 127.127.1.0 stratum 10
	restrict 127.0.0.1 nomodify notrap
	restrict ::1 nomodify notrap
	server 127.0.0.1
	restrict 10.0.0.0 mask 255.0.0.0 nomodify notrap
	interface listen eth0
	logconfig =syncstatus
	statistics loopstats
	filegen loopstats file loop type day enable
	END'
ok 'changes nothing on a second run' 'run 0 ntpd configure "$tree" && changed && ! grep -q "\"service\"" lines'
ok 'a server without an address is left out with a warning' 'run 2 ntpd configure "{\"servers\": [\"192.0.2.9\", \"nosuch.invalid\"]}" && ! grep -q nosuch "$NCM_ROOT/etc/ntp.conf" && grep -q "restrict default ignore" "$NCM_ROOT/etc/ntp.conf"'
ok 'without any nothing is written' 'run 1 ntpd configure "{\"servers\": [\"nosuch.invalid\"]}" && changed && grep -q 192.0.2.9 "$NCM_ROOT/etc/ntp.conf"'
ok 'names become addresses where asked, and the group alone may read' 'run 0 ntpd configure "{\"servers\": [\"localhost\"], \"useserverip\": true, \"group\": \"$(id -gn)\"}" && grep -Eq "^server (127.0.0.1|::1)$" "$NCM_ROOT/etc/ntp.conf" && test "$(stat -c %a "$NCM_ROOT/etc/ntp.conf")" = 640'
ok 'removed, what was there before comes back' 'rm "$NCM_ROOT"/etc/ntp.conf*; echo mine >"$NCM_ROOT/etc/ntp.conf"; run 0 ntpd configure "$tree" && run 0 ntpd unconfigure "$tree" && echo mine | holds /etc/ntp.conf && test ! -e "$NCM_ROOT/etc/ntp/step-tickers"'
done_testing
