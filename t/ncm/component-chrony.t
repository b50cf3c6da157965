#!/bin/sh
# chrony writes chrony.conf where the platform looks for it, and asks for a restart.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"servers": [{"hostname": "ntp1.example.org", "options": ["iburst", "prefer"]}, {"hostname": "192.0.2.1"}], "pools": [{"hostname": "pool.example.org", "options": ["maxsources 3"]}],
    "makestep": {"threshold": 0.5, "limit": 3}, "allow": ["192.0.2.0/24"], "local_stratum": 10, "lines": ["log tracking"]}'
tree=$(echo "$tree" | jq -c .)

ok 'check reports and writes nothing' 'run 0 chrony check "$tree" && changed /etc/chrony.conf && wants chronyd restart && test ! -e "$NCM_ROOT/etc/chrony.conf"'
ok 'configure writes the file and asks for a restart' 'run 0 chrony configure "$tree" && wants chronyd restart && holds /etc/chrony.conf <<-"END"
	# Written by ncm-chrony (Weft); local changes are lost.
	server ntp1.example.org iburst prefer
	server 192.0.2.1
	pool pool.example.org maxsources 3
	driftfile /var/lib/chrony/drift
	makestep 0.5 3
	rtcsync
	allow 192.0.2.0/24
	local stratum 10
	log tracking
	END'
chronyd=$(command -v chronyd || echo /usr/sbin/chronyd)
if [ -x "$chronyd" ]; then ok 'chronyd reads the file' '"$chronyd" -p -f "$NCM_ROOT/etc/chrony.conf" | grep -q "server ntp1.example.org"'
else skip 'chronyd reads the file' 'no chronyd here'; fi
ok 'a second run changes nothing and asks for nothing' 'run 0 chrony configure "$tree" && changed && ! grep -q service lines'
ok 'a source without a name is an error' 'run 1 chrony configure "{\"servers\": [{}]}" && changed'
ok 'unconfigure without an earlier file leaves this one' 'run 2 chrony unconfigure "$tree" && test -e "$NCM_ROOT/etc/chrony.conf"'
ok 'on Debian file and service have other names, and the earlier file comes back' '
    touch "$NCM_ROOT/etc/debian_version"; mkdir "$NCM_ROOT/etc/chrony"; echo "pool debian" >"$NCM_ROOT/etc/chrony/chrony.conf"
    run 0 chrony configure "$tree" && changed /etc/chrony/chrony.conf && wants chrony restart &&
    run 0 chrony unconfigure "$tree" && echo "pool debian" | holds /etc/chrony/chrony.conf'
done_testing
