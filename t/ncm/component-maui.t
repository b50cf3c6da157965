#!/bin/sh
# maui writes the scheduler's configuration.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"contents": "SERVERHOST head\nRMPOLLINTERVAL 30"}'
ok 'check reports and writes nothing' 'run 0 maui check "$tree" && changed /var/spool/maui/maui.cfg && test ! -e "$NCM_ROOT/var/spool"'
ok 'writes the text below the header; a client has no service' 'run 0 maui configure "$tree" && ! grep -q "\"service\"" lines && holds /var/spool/maui/maui.cfg <<-"END"
	# Written by ncm-maui (Weft); local changes are lost.
	SERVERHOST head
	RMPOLLINTERVAL 30
	END'
ok 'changes nothing on a second run' 'run 0 maui configure "$tree" && changed'
ok 'the server is restarted' 'mkdir -p "$NCM_ROOT/etc/init.d" && touch "$NCM_ROOT/etc/init.d/maui" && run 0 maui configure "{\"contents\": \"x\"}" && wants maui restart'
ok 'refuses no text, and a path for a name' 'run 1 maui configure "{}" && changed && run 1 maui configure "{\"contents\": \"x\", \"configFile\": \"../x\"}" && changed'
ok 'removed, the file goes' 'run 0 maui unconfigure "$tree" && test ! -e "$NCM_ROOT/var/spool/maui/maui.cfg"'
done_testing
