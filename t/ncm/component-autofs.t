#!/bin/sh
# autofs writes maps, their lines of the master map, and its settings.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"maps": {"home": {"type": "file", "mapname": "/etc/auto.home", "mountpoint": "/home/lxb", "options": "rw,soft", "entries": {"_2a": {"location": "nfs1:/home/&", "options": "hard"}, "alice": {"location": "nfs2:/home/alice"}}},
    "direct": {"type": "direct", "mapname": "/etc/auto.direct", "mountpoint": "/-", "preserve": false, "entries": {"_2fdata": {"location": "nfs3:/data"}}}, "sw": {"type": "yp", "mapname": "auto.sw", "enabled": false}},
    "conf": {"autofs": {"timeout": 300, "browse_mode": false}, "mountpoints": {"_2famd": {"map_name": "amd.x"}}}}'
tree=$(echo "$tree" | jq -c .)
printf '+auto.master\n#/home/lxb old\n/misc file:/etc/auto.misc\n/sw yp:auto.sw\n' >"$NCM_ROOT/etc/auto.master"
printf 'alice nfs1:/home/alice\nbob nfs9:/bob\n' >"$NCM_ROOT/etc/auto.home"
ok 'check reports and writes nothing' 'run 0 autofs check "$tree" && changed /etc/auto.direct /etc/auto.home /etc/auto.master /etc/autofs.conf && test ! -e "$NCM_ROOT/etc/autofs.conf"'
ok 'lines of others stay in a map that is preserved' 'run 0 autofs configure "$tree" && wants autofs reload && tr -s "\t" " " <"$NCM_ROOT/etc/auto.home" >got && printf "%s\n" "alice nfs2:/home/alice" "bob nfs9:/bob" "* -hard nfs1:/home/&" >want && same want got'
ok 'a map that is not holds ours alone' 'tail -n +2 "$NCM_ROOT/etc/auto.direct" | tr -s "\t\n" " \n" | grep -v "^$" >got; echo "/data nfs3:/data" >want; same want got'
ok 'the master map leads to them; one that is off is commented out' 'tr -s "\t" " " <"$NCM_ROOT/etc/auto.master" | sed "s/ $//" >got; printf "%s\n" +auto.master "/home/lxb file:/etc/auto.home -rw,soft" "/misc file:/etc/auto.misc" "#/sw yp:auto.sw" "/- /etc/auto.direct" >want; same want got'
ok 'the settings, by section' 'holds /etc/autofs.conf <<-"END"
	# Written by ncm-autofs (Weft); local changes are lost.
	[ autofs ]
	browse_mode = no
	timeout = 300
	[ /amd ]
	map_name = amd.x
	END'
ok 'changes nothing on a second run' 'run 0 autofs configure "$tree" && changed && ! grep -q "\"service\"" lines'
ok 'a map that left has its line commented out' 'run 0 autofs configure "$(echo "$tree" | jq -c "del(.maps.home)")" "\"previous\": $tree" && grep -q "^#/home/lxb" "$NCM_ROOT/etc/auto.master"'
ok 'a map with a fault fails alone' 'run 1 autofs configure "$(echo "$tree" | jq -c ".maps.home.mountpoint = \"home\"")" && says "(.msg // \"\") | contains(\"no mount point\")" && run 1 autofs configure "$(echo "$tree" | jq -c ".maps.home.mapname = \"auto.home\"")"'
ok 'removed, its lines go and those of others stay' 'run 0 autofs configure "$tree" && run 0 autofs unconfigure "$tree" && ! grep -q /home/lxb "$NCM_ROOT/etc/auto.master" && grep -q "^/misc" "$NCM_ROOT/etc/auto.master"'
done_testing
