#!/bin/sh
# systemd enables, disables and masks units and writes their files; systemctl itself does it in the root of the test.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
command -v systemctl >/dev/null || skip_all 'no systemctl here'
lib="$NCM_ROOT/usr/lib/systemd/system"
mkdir -p "$lib" "$NCM_ROOT/etc/systemd/system"
for u in mond backupd; do printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >"$lib/$u.service"; done
state() { systemctl --root="$NCM_ROOT" is-enabled "$1" 2>/dev/null; }
test "$(state mond)" = disabled || skip_all 'systemctl --root does not work here'
tree='{"unit": {"mond": {"state": "enabled", "file": {"config": {"service": {"Environment": ["A=1", "B=2"], "PrivateTmp": true}}}}, "backupd": {"state": "masked"},
    "own": {"file": {"replace": true, "config": {"Service": {"ExecStart": "/bin/own"}, "Install": {"WantedBy": "multi-user.target"}}}},
    "gone": {"state": "disabled"}, "maybe": {"state": "enabled", "possible_missing": true}}}'
tree=$(echo "$tree" | jq -c .)

ok 'check tells what would be done and does nothing' '
    run 0 systemd check "$tree"; says "(.msg // \"\") | endswith(\"enable mond.service\")" && test "$(state mond) $(state backupd)" = "disabled disabled" && test -z "$(ls "$NCM_ROOT/etc/systemd/system")"'
ok 'configure enables and masks' 'run 0 systemd configure "$tree" && test "$(state mond) $(state backupd) $(state own)" = "enabled masked enabled"'
ok 'a part of a unit goes into a drop-in' 'holds /etc/systemd/system/mond.service.d/quattor.conf <<-"END"
	# Written by ncm-systemd (Weft); local changes are lost.
	[Service]
	Environment=A=1
	Environment=B=2
	PrivateTmp=yes
	END'
ok 'a whole unit is a file of its own' 'grep -qx ExecStart=/bin/own "$NCM_ROOT/etc/systemd/system/own.service"'
ok 'a unit whose file changed is restarted when it runs' 'wants mond.service condrestart'
ok 'below a root nothing is started' '! grep -q "\"start\"" lines'
ok 'a second run changes nothing and asks for nothing' 'run 0 systemd configure "$tree" && changed && ! grep -q "\"service\"" lines'
mkdir spy && printf '#!/bin/sh\necho "$*" >>%s/asked\nexec %s "$@"\n' "$scratch" "$(command -v systemctl)" >spy/systemctl && chmod +x spy/systemctl
ok 'one question is about all units, and one more for each that does not exist' '
    many=$(jq -nc "{unit: ([range(20)] | map({key: \"u\\(.)\", value: {}}) | from_entries)}")
    for i in $(seq 0 19); do cp "$lib/mond.service" "$lib/u$i.service"; done
    run 0 systemd configure "$many" || exit 1
    run 0 systemd configure "$many" && changed || exit 1
    PATH=$scratch/spy:$PATH run 0 systemd configure "$many" && changed && test "$(wc -l <asked)" = 1 || exit 1
    rm asked "$lib/u7.service" "$NCM_ROOT/etc/systemd/system/multi-user.target.wants/u7.service"
    PATH=$scratch/spy:$PATH run 1 systemd configure "$many" && says ".msg == \"there is no unit '"'u7.service'"'\"" && changed && test "$(wc -l <asked)" = 2'
ok 'what enabling one unit does to another is seen' '
    printf "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlso=mond.service\n" >"$lib/a.service"
    systemctl -q --root="$NCM_ROOT" disable mond.service
    run 0 systemd configure "{\"unit\": {\"a\": {}, \"mond\": {\"state\": \"disabled\"}}}" && test "$(state a) $(state mond)" = "enabled disabled" || exit 1
    systemctl -q --root="$NCM_ROOT" enable mond.service'
ok 'a masked unit that shall be enabled is unmasked first' 'run 0 systemd configure "{\"service\": {\"backupd\": {\"state\": \"enabled\"}}}" && test "$(state backupd)" = enabled'
ok 'an enabled one that shall not be is disabled' 'run 0 systemd configure "{\"service\": {\"backupd\": {\"state\": \"disabled\"}}}" && test "$(state backupd)" = disabled'
ok 'a unit that does not exist is an error, unless it may be missing' '
    run 1 systemd configure "{\"unit\": {\"nosuch\": {}}}" && says ".msg == \"there is no unit '"'nosuch.service'"'\"" && run 0 systemd configure "{\"unit\": {\"nosuch\": {\"possible_missing\": true}}}"'
ok 'a name cannot be an option or a path' 'run 1 systemd configure "{\"unit\": {\"x\": {\"name\": \"--force\"}, \"y\": {\"name\": \"../../y\"}}}" && changed'
ok 'a file that left the configuration goes' 'run 0 systemd configure "{\"unit\": {\"mond\": {}}}" "\"previous\": $tree" && changed /etc/systemd/system/mond.service.d/quattor.conf /etc/systemd/system/own.service'
ok 'unconfigure removes files' 'run 0 systemd configure "$tree" >/dev/null; run 0 systemd unconfigure "$tree" && test ! -e "$NCM_ROOT/etc/systemd/system/own.service"'
done_testing
