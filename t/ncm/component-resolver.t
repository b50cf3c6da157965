#!/bin/sh
# resolver writes /etc/resolv.conf, and the list of a local cache.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
servers='{"servers": ["192.0.2.1", "192.0.2.2"], "search": ["example.org", "site.example.org"], "options": ["timeout:2"]}'
echo 'nameserver 198.51.100.1' >"$NCM_ROOT/etc/resolv.conf"
ok 'check reports and writes nothing' 'run 0 resolver check "$servers" && changed /etc/resolv.conf && grep -q 198.51 "$NCM_ROOT/etc/resolv.conf"'
ok 'writes servers, search list and options' 'run 0 resolver configure "$servers" && holds /etc/resolv.conf <<-"END"
	# Written by ncm-resolver (Weft); local changes are lost.
	search example.org site.example.org
	nameserver 192.0.2.1
	nameserver 192.0.2.2
	options timeout:2
	END'
ok 'changes nothing on a second run' 'run 0 resolver configure "$servers" && changed'
ok 'asks a local cache, which asks the servers' '
    run 0 resolver configure "{\"servers\": [\"192.0.2.1\"], \"dnscache\": true}" && grep -qx "nameserver 127.0.0.1" "$NCM_ROOT/etc/resolv.conf" && grep -qx 192.0.2.1 "$NCM_ROOT/var/spool/dnscache/servers/@" && wants dnscache restart'
ok 'without servers keeps what is there' 'run 1 resolver configure "{\"servers\": []}" && changed && grep -q 127.0.0.1 "$NCM_ROOT/etc/resolv.conf"'
ok 'puts the earlier file back' 'run 0 resolver unconfigure "$servers" && grep -q 192.0.2.1 "$NCM_ROOT/etc/resolv.conf"'
done_testing
