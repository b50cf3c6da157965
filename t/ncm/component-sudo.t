#!/bin/sh
# sudo writes /etc/sudoers only when visudo accepts it.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
command -v visudo >/dev/null || skip_all 'no visudo here'
tree='{"user_aliases": {"ADMINS": ["alice", "bob"]}, "cmd_aliases": {"TOOLS": ["/usr/bin/a", "/usr/bin/b -x"]}, "host_aliases": {"FARM": ["lxb001", "lxb002"]},
    "run_as_aliases": {"OPS": ["root", "operator"]},
    "general_options": [{"options": {"requiretty": false, "passwd_tries": 5, "badpass_message": "no \"way\""}}, {"user": "alice", "options": {"insults": true}}],
    "privilege_lines": [{"user": "ADMINS", "host": "ALL", "run_as": "ALL", "options": "NOPASSWD", "cmd": "TOOLS"}, {"user": "%wheel", "host": "FARM", "run_as": "OPS", "cmd": "ALL"}]}'
tree=$(echo "$tree" | jq -c .)

ok 'check reports and writes nothing' 'run 0 sudo check "$tree" && changed /etc/sudoers && test ! -e "$NCM_ROOT/etc/sudoers"'
ok 'configure writes every kind of line' 'run 0 sudo configure "$tree" && holds /etc/sudoers <<-"END"
	# Written by ncm-sudo (Weft); local changes are lost.
	User_Alias ADMINS = alice, bob
	Runas_Alias OPS = root, operator
	Host_Alias FARM = lxb001, lxb002
	Cmnd_Alias TOOLS = /usr/bin/a, /usr/bin/b -x
	Defaults badpass_message="no \"way\"", passwd_tries=5, !requiretty
	Defaults:alice insults
	ADMINS ALL = (ALL) NOPASSWD: TOOLS
	%wheel FARM = (OPS) ALL
	END'
ok 'only root may read it' 'test "$(stat -c %a "$NCM_ROOT/etc/sudoers")" = 440'
ok 'visudo accepts the file' 'visudo -c -q -f "$NCM_ROOT/etc/sudoers" || visudo -c -q -f - <"$NCM_ROOT/etc/sudoers"'
ok 'a second run changes nothing' 'run 0 sudo configure "$tree" && changed'
ok 'what visudo refuses is not written, and why is told' '
    run 1 sudo configure "{\"privilege_lines\": [{\"user\": \"alice\", \"host\": \"ALL\", \"run_as\": \"ALL\", \"cmd\": \"not-a-path\"}]}" && changed && says "(.msg // \"\") | startswith(\"visudo refuses\")" && grep -q ADMINS "$NCM_ROOT/etc/sudoers"'
ok 'includes' 'run 0 sudo configure "{\"includes_dirs\": [\"/etc/sudoers.d\"], \"privilege_lines\": []}" && grep -qx "#includedir /etc/sudoers.d" "$NCM_ROOT/etc/sudoers" && grep -q ADMINS "$NCM_ROOT/etc/sudoers.old"'
ok 'unconfigure puts the earlier file back' 'run 0 sudo unconfigure "$tree" && grep -q ADMINS "$NCM_ROOT/etc/sudoers"'
ok 'without an earlier one it stays: nobody is locked out' 'run 2 sudo unconfigure "$tree" && test -e "$NCM_ROOT/etc/sudoers"'
ok 'a backslash at the end of a value does not swallow the next line' '
    run 1 sudo configure "{\"user_aliases\": {\"A\": [\"bob\\\\\"]}, \"privilege_lines\": [{\"user\": \"A\", \"host\": \"ALL\", \"cmd\": \"ALL\"}]}"
    changed
    says "(.msg // \"\") | contains(\"backslash at the end\")"'
done_testing
