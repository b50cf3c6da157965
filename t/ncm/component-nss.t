#!/bin/sh
# nss sets lines of /etc/nsswitch.conf and leaves the others.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
printf '# names\npasswd:         files\nhosts:  files dns\n' >"$NCM_ROOT/etc/nsswitch.conf"
cp "$NCM_ROOT/etc/nsswitch.conf" before
tree='{"databases": {"passwd": ["files", "sss"], "automount": ["files"]}}'

ok 'check reports and writes nothing' 'run 0 nss check "$tree" && changed /etc/nsswitch.conf && same before "$NCM_ROOT/etc/nsswitch.conf"'
ok 'configure sets lines where they stand' 'run 0 nss configure "$tree" && holds /etc/nsswitch.conf <<-"END"
	# names
	passwd: files sss
	hosts:  files dns
	automount: files
	END'
ok 'a second run changes nothing' 'run 0 nss configure "$tree" && changed'
ok 'a database without sources is an error' 'run 1 nss configure "{\"databases\": {\"passwd\": []}}" && changed'
ok 'unconfigure puts the earlier file back' 'run 0 nss unconfigure "$tree" && same before "$NCM_ROOT/etc/nsswitch.conf"'
done_testing
