#!/bin/sh
# ldconf tells the dynamic linker of further folders.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"paths": ["/opt/b", "/opt/a"]}'
printf 'include ld.so.conf.d/*.conf\n/opt/a\n/usr/own\n' >"$NCM_ROOT/etc/ld.so.conf"
ok 'check reports and writes nothing' 'run 0 ldconf check "$tree" && changed /etc/ld.so.conf.d/ncm-ldconf.conf /etc/ld.so.conf && test ! -e "$NCM_ROOT/etc/ld.so.conf.d"'
ok 'they are in a file of their own, once' '
    run 0 ldconf configure "$tree" && says "(.msg // \"\") | contains(\"ldconfig\")" && holds /etc/ld.so.conf.d/ncm-ldconf.conf <<-"END" && holds /etc/ld.so.conf <<-"END2"
	# Written by ncm-ldconf (Weft); local changes are lost.
	/opt/a
	/opt/b
	END
	include ld.so.conf.d/*.conf
	/usr/own
	END2'
ok 'changes nothing on a second run' 'run 0 ldconf configure "$tree" && changed'
ok 'one that left the configuration goes' 'run 0 ldconf configure "{\"paths\": [\"/opt/b\"]}" "\"previous\": $tree" && ! grep -q /opt/a "$NCM_ROOT/etc/ld.so.conf.d/ncm-ldconf.conf"'
ok 'removed, they are gone' 'run 0 ldconf unconfigure "$tree" && test ! -e "$NCM_ROOT/etc/ld.so.conf.d/ncm-ldconf.conf"'
ok 'a file that includes nothing has them itself' '
    printf "/usr/own\n/opt/gone\n" >"$NCM_ROOT/etc/old.conf"
    run 0 ldconf configure "{\"conffile\": \"/etc/old.conf\", \"paths\": [\"/opt/a\"]}" "\"previous\": {\"paths\": [\"/opt/gone\"]}" && holds /etc/old.conf <<-"END"
	/usr/own
	/opt/a
	END'
ok 'refuses what is no folder' 'run 1 ldconf configure "{\"paths\": [\"opt\"]}" && changed && run 1 ldconf configure "{\"paths\": [\"/a b\"]}" && changed'
done_testing
