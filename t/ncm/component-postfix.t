#!/bin/sh
# postfix writes main.cf, master.cf and database files, which postfix itself reads.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
tree='{"main": {"inet_interfaces": "loopback-only", "relayhost": "[mail.example.org]", "biff": false, "mydestination": [], "mynetworks": ["127.0.0.0/8", "[::1]/128"], "_2bounce_notice_recipient": "root", "alias_maps": [{"type": "hash", "name": "/etc/aliases"}, {"type": "ldap", "name": "/etc/postfix/ldap-aliases.cf"}], "compatibility_level": 3},
    "master": [{"name": "smtp", "type": "inet", "private": false, "chroot": false, "command": "smtpd -o syslog_name=in"}, {"name": "pickup", "type": "unix", "private": false, "wakeup": 60, "maxproc": 1, "command": "pickup"}],
    "databases": {"ldap": {"ldap-aliases.cf": {"server_host": ["a.example.org", "b.example.org"], "server_host_protocol": "ldaps", "search_base": "dc=example", "query_filter": "(mail=%s)", "result_attribute": ["maildrop"], "bind_dn": "cn=x", "bind_pw": "secret"}}}}'
tree=$(echo "$tree" | jq -c .)
etc=$NCM_ROOT/etc/postfix
mkdir -p "$etc" && echo '# from the package' >"$etc/main.cf"
ok 'check reports and changes nothing' 'run 0 postfix check "$tree" && changed /etc/postfix/main.cf /etc/postfix/master.cf /etc/postfix/ldap-aliases.cf && wants postfix condrestart && grep -q package "$etc/main.cf"'
ok 'parameters' 'run 0 postfix configure "$tree" && wants postfix condrestart && holds /etc/postfix/main.cf <<-"EOF"
	# Written by ncm-postfix (Weft); local changes are lost.
	2bounce_notice_recipient = root
	alias_maps = hash:/etc/aliases, ldap:/etc/postfix/ldap-aliases.cf
	biff = no
	compatibility_level = 3
	inet_interfaces = loopback-only
	mydestination =
	mynetworks = 127.0.0.0/8, [::1]/128
	relayhost = [mail.example.org]
	EOF'
ok 'services' 'sed 1,2d "$etc/master.cf" >got && printf "%s\n" "smtp inet n y n 0 100 smtpd -o syslog_name=in" "pickup unix n y y 60 1 pickup" >want && same want got'
ok 'a database, its password not shown and readable by root only' 'grep -qx "server_host = ldaps://a.example.org ldaps://b.example.org" "$etc/ldap-aliases.cf" && grep -qx "bind_pw = secret" "$etc/ldap-aliases.cf" && test "$(stat -c %a "$etc/ldap-aliases.cf")" = 600 && ! grep -q secret lines'
if command -v postconf >tools; then
    ok 'postconf reads them, and finds nothing it does not know' '
        postconf -c "$etc" -n >read 2>said && ! grep -v "open .ldap. configuration" said && grep -qx "2bounce_notice_recipient = root" read && grep -qx "mydestination =" read &&
        postconf -c "$etc" -M >read && grep -q "^pickup  *unix  *n  *y  *y  *60  *1  *pickup" read'
else
    skip 'postconf reads them' 'no postfix here'
fi
ok 'a second run changes nothing' 'run 0 postfix configure "$tree" && changed && ! grep -q service lines'
ok 'an empty master leaves the file alone' 'run 0 postfix configure "$(echo "$tree" | jq -c "del(.master)")" && changed'
ok 'a line end cannot smuggle in another parameter' 'run 1 postfix configure "{\"main\": {\"relayhost\": \"x\\nmynetworks = 0.0.0.0/0\"}}" && changed'
ok 'nor a database be a file elsewhere' 'run 1 postfix configure "{\"databases\": {\"ldap\": {\"../passwd\": {\"x\": 1}}}}" && changed'
ok 'unconfigure brings back what was there' 'run 2 postfix unconfigure "$tree" && grep -q package "$etc/main.cf" && test -e "$etc/master.cf" -a ! -e "$etc/ldap-aliases.cf"'
done_testing
