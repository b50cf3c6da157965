#!/bin/sh
# hostsfile writes its own lines of /etc/hosts, leaves those of others alone, and takes its own away.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"active": true, "entries": {
    "lxb001.example.org": {"ipaddr": "192.0.2.1", "comment": "the first"},
    "lxb002": {"ipaddr": "192.0.2.2", "aliases": "db cache"},
    "lxb003": {"ipaddr": "192.0.2.3"}}}'
extra='"extra": {"/system/network": {"domainname": "example.org"}}'

printf '127.0.0.1 localhost\n# by hand\n192.0.2.9 lxb003 old\n' >"$NCM_ROOT/etc/hosts"
cp "$NCM_ROOT/etc/hosts" before

ok 'check says what would change and changes nothing' '
    run 0 hostsfile check "$tree" "$extra" && changed /etc/hosts && same before "$NCM_ROOT/etc/hosts"'
ok 'configure adds its lines, with aliases made from the domain' '
    run 0 hostsfile configure "$tree" "$extra" && changed /etc/hosts && holds /etc/hosts <<-"END"
	# Lines marked NCM are written by ncm-hostsfile (Weft).
	127.0.0.1 localhost
	# by hand
	192.0.2.9 lxb003 old
	192.0.2.1	lxb001.example.org lxb001      # NCM the first
	192.0.2.2	lxb002 db cache                # NCM
	END'
ok 'the line of somebody else stays, and that is told' '
    says "(.msg // \"\") | startswith(\"the entry of '"'lxb003'"' is somebody else\")"'
ok 'the difference is shown when verbose' 'says ".level == \"info\" and (.msg | contains(\"+192.0.2.2\"))"'
ok 'a second run changes nothing' 'run 0 hostsfile configure "$tree" "$extra" && changed'
ok 'with takeover the line of somebody else is replaced in its place' '
    run 0 hostsfile configure "$(echo "$tree" | jq -c ".takeover = true")" "$extra" && holds /etc/hosts <<-"END"
	# Lines marked NCM are written by ncm-hostsfile (Weft).
	127.0.0.1 localhost
	# by hand
	192.0.2.3	lxb003 lxb003.example.org      # NCM
	192.0.2.1	lxb001.example.org lxb001      # NCM the first
	192.0.2.2	lxb002 db cache                # NCM
	END'
ok 'what is no longer configured goes' '
    run 0 hostsfile configure "{\"entries\": {\"lxb002\": {\"ipaddr\": \"192.0.2.22\"}}}" &&
    ! grep -q lxb001 "$NCM_ROOT/etc/hosts" && grep -q "192.0.2.22	lxb002  *# NCM" "$NCM_ROOT/etc/hosts"'
ok 'an entry without address is an error, and nothing is written' '
    cp "$NCM_ROOT/etc/hosts" now
    run 1 hostsfile configure "{\"entries\": {\"lxb004\": {}}}" && changed && says ".level == \"error\"" && same now "$NCM_ROOT/etc/hosts"'
ok 'a line end cannot smuggle in another line' '
    run 1 hostsfile configure "{\"entries\": {\"lxb004\": {\"ipaddr\": \"192.0.2.4\", \"comment\": \"x\\n192.0.2.66 bank\"}}}" &&
    same now "$NCM_ROOT/etc/hosts"'
ok 'unconfigure leaves the lines of others' '
    run 0 hostsfile unconfigure "$tree" && holds /etc/hosts <<-"END"
	127.0.0.1 localhost
	# by hand
	END'
ok 'a link at /etc/hosts is followed inside the root only' '
    mkdir -p "$NCM_ROOT/usr" && printf "127.0.0.1 localhost\n" >"$NCM_ROOT/usr/hosts" && ln -sf /usr/hosts "$NCM_ROOT/etc/hosts" &&
    run 0 hostsfile configure "$tree" && grep -q lxb002 "$NCM_ROOT/usr/hosts" && test -L "$NCM_ROOT/etc/hosts"'
ok 'what is no document is refused' 'code 1 hostsfile configure </dev/null >lines && echo nonsense | code 1 hostsfile configure >lines && grep -q "not JSON" lines'
ok 'an unknown verb has status 3' 'code 3 hostsfile frobnicate </dev/null'
ok 'describe is JSON with protocol, verbs and watched paths' '
    hostsfile describe | jq -e ".protocol == 1 and .noaction and (.verbs | index(\"unconfigure\")) and .watch == [\"/system/network\"] and .schema == \"components/hostsfile/schema\""'
done_testing
