#!/bin/sh
# modprobe writes one file of module settings.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
modules='{"modules": [{"name": "bonding", "alias": "bond0", "options": "mode=1"}, {"name": "floppy", "install": "/bin/true", "blacklist": true}]}'
ok 'check reports and writes nothing' 'run 0 modprobe check "$modules" && changed /etc/modprobe.d/quattor.conf && test ! -e "$NCM_ROOT/etc/modprobe.d"'
ok 'writes every kind of line' 'run 0 modprobe configure "$modules" && holds /etc/modprobe.d/quattor.conf <<-"END"
	# Written by ncm-modprobe (Weft); local changes are lost.
	alias bond0 bonding
	options bonding mode=1
	install floppy /bin/true
	blacklist floppy
	END'
ok 'changes nothing on a second run' 'run 0 modprobe configure "$modules" && changed'
ok 'refuses a name of two words' 'run 1 modprobe configure "{\"modules\": [{\"name\": \"a b\"}]}" && changed'
ok 'removes its file' 'run 0 modprobe unconfigure "$modules" && test ! -e "$NCM_ROOT/etc/modprobe.d/quattor.conf"'
done_testing
