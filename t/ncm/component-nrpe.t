#!/bin/sh
# nrpe writes its file for its group and restarts the service.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

me=$(id -gn)
tree='{"mode": 416, "options": {"nrpe_group": "'$me'", "server_port": 5666, "dont_blame_nrpe": false, "debug": true, "allowed_hosts": ["mon1", "mon2"], "command": {"check_b": "/p/b -w 1", "check_a": "/p/a"}, "include": ["/etc/nagios/x.cfg"], "include_dir": ["/etc/nrpe.d"]}}'
ok 'check reports and writes nothing' 'run 0 nrpe check "$tree" && changed /etc/nagios/nrpe.cfg && test ! -e "$NCM_ROOT/etc/nagios"'
ok 'writes every kind of line' 'run 0 nrpe configure "$tree" && wants nrpe restart && holds /etc/nagios/nrpe.cfg <<-END
	# Written by ncm-nrpe (Weft); local changes are lost.
	debug=1
	dont_blame_nrpe=0
	nrpe_group=$me
	server_port=5666
	allowed_hosts=mon1,mon2
	command[check_a]=/p/a
	command[check_b]=/p/b -w 1
	include=/etc/nagios/x.cfg
	include_dir=/etc/nrpe.d
	END'
ok 'for its group only' 'test "$(stat -c %a "$NCM_ROOT/etc/nagios/nrpe.cfg")" = 640'
ok 'changes nothing on a second run' 'run 0 nrpe configure "$tree" && changed && ! grep -q "\"service\"" lines'
ok 'Debian calls the service by another name' 'echo 12 >"$NCM_ROOT/etc/debian_version"
    run 0 nrpe configure "$(echo "$tree" | jq -c ".options.debug = false")" && wants nagios-nrpe-server restart || exit 1
    rm "$NCM_ROOT/etc/debian_version"'
ok 'a command cannot bring a line of its own' 'run 1 nrpe configure "$(echo "$tree" | jq -c ".options.command.x = \"a\nb\"")" && changed && run 1 nrpe configure "$(echo "$tree" | jq -c ".options.command[\"x]=y\"] = \"a\"")" && changed'
ok 'removed, what was there before comes back' '
    rm -r "$NCM_ROOT/etc/nagios"; mkdir "$NCM_ROOT/etc/nagios"; echo mine >"$NCM_ROOT/etc/nagios/nrpe.cfg"
    run 0 nrpe configure "$tree" && run 0 nrpe unconfigure "$tree" && echo mine | holds /etc/nagios/nrpe.cfg'
done_testing
