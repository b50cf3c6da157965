#!/bin/sh
# syslog writes rules into a file of its own, or with full control into the daemon's.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"daemontype": "rsyslog", "directives": ["$FileCreateMode 0640"],
    "config": [{"selector": [{"facility": "mail", "priority": "*"}, {"facility": "auth", "priority": "none"}], "action": "-/var/log/mail.log", "comment": "mail"}, {"selector": [{"facility": "*", "priority": "err"}], "action": "@loghost.example.org"}]}'
tree=$(echo "$tree" | jq -c .)
full=$(echo "$tree" | jq -c '.fullcontrol = true | .syslogdoptions = "-c 5"')

ok 'check reports and writes nothing' 'run 0 syslog check "$tree" && changed /etc/rsyslog.d/50-ncm.conf && test ! -e "$NCM_ROOT/etc/rsyslog.d"'
ok 'configure writes its own file and asks for a restart' 'run 0 syslog configure "$tree" && wants rsyslog restart && holds /etc/rsyslog.d/50-ncm.conf <<-"END"
	# Written by ncm-syslog (Weft); local changes are lost.
	$FileCreateMode 0640
	# mail
	mail.*;auth.none                         -/var/log/mail.log
	*.err                                    @loghost.example.org
	END'
rsyslogd=$(command -v rsyslogd || echo /usr/sbin/rsyslogd)
if [ -x "$rsyslogd" ]; then ok 'rsyslogd accepts the file' '"$rsyslogd" -N1 -f "$NCM_ROOT/etc/rsyslog.d/50-ncm.conf"'
else skip 'rsyslogd accepts the file' 'no rsyslogd here'; fi
ok 'a second run changes nothing and asks for nothing' 'run 0 syslog configure "$tree" && changed && ! grep -q service lines'
ok 'unconfigure removes its own file' 'run 0 syslog unconfigure "$tree" && test ! -e "$NCM_ROOT/etc/rsyslog.d/50-ncm.conf"'
echo '# theirs' >"$NCM_ROOT/etc/rsyslog.conf"
ok 'with full control it is the daemon'"'"'s file, options beside it' '
    run 0 syslog configure "$full" && changed /etc/sysconfig/rsyslog /etc/rsyslog.conf && grep -q "mail.\*" "$NCM_ROOT/etc/rsyslog.conf" && echo "SYSLOGD_OPTIONS=\"-c 5\"" | holds /etc/sysconfig/rsyslog'
ok 'which comes back on unconfigure' 'run 0 syslog unconfigure "$full" && echo "# theirs" | holds /etc/rsyslog.conf'
ok 'the old syslog needs full control' 'run 1 syslog configure "{\"daemontype\": \"syslog\", \"config\": []}"'
ok 'a comment with line ends of its own, a directive of several lines, a template' '
    run 0 syslog configure "{\"directives\": [\"module(\\n  load=\\\"imuxsock\\\")\"], \"config\": [{\"comment\": \"\\n# first\\nsecond\\n\", \"selector\": [{\"facility\": \"mail\", \"priority\": \"info\"}], \"action\": \"/var/log/mail\", \"template\": \"short\"}]}"
    tail -n +2 "$NCM_ROOT/etc/rsyslog.d/50-ncm.conf" >got
    printf "%s\n" "module(" "  load=\"imuxsock\")" "# first" "# second" "mail.info                                /var/log/mail;short" >want
    same want got'
done_testing
