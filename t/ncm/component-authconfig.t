#!/bin/sh
# authconfig writes the files of sssd and nslcd, how passwords are kept, and lines of PAM among those of others.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$NCM_ROOT/etc/pam.d"
printf 'auth required pam_env.so\nauth sufficient pam_unix.so\n\naccount required pam_unix.so\n' >"$NCM_ROOT/etc/pam.d/system-auth"
printf 'ENCRYPT_METHOD MD5\nUMASK 022\n' >"$NCM_ROOT/etc/login.defs"
tree='{"passalgorithm": "sha512", "method": {"sssd": {"enable": true, "global": {"services": ["nss", "pam"], "config_file_version": 2}, "nss": {"filter_users_in_groups": true}, "pam": {}, "domains": {"example.org":
    {"id_provider": "ldap", "access_provider": "simple", "cache_credentials": false, "simple": {"allow_groups": ["ops", "users"]}, "ldap": {"uri": ["ldaps://a.example.org", "ldaps://b.example.org"], "default_bind_dn": "cn=x", "default_authtok": "secret", "krb5_realm": "EXAMPLE.ORG", "tls": {"reqcert": "demand", "cipher_suite": ["A", "B"]}}}}},
    "nslcd": {"enable": true, "basedn": "dc=example", "uri": ["ldap://a", "ldap://b"], "bindpw": "secret", "map": {"passwd": {"uid": "sAMAccountName"}}, "filter": {"group": "(a=b)"}, "nss_initgroups_ignoreusers": ["root", "x"]}},
    "pamadditions": {"a": {"conffile": "/etc/pam.d/system-auth", "section": "auth", "lines": [{"order": "first", "entry": "required   pam_faildelay.so delay=2"}, {"order": "last", "entry": "required pam_deny.so"}]}}}'
tree=$(echo "$tree" | jq -c .)
ok 'check reports and changes nothing' 'run 0 authconfig check "$tree" && changed /etc/sssd/sssd.conf /etc/nslcd.conf /etc/login.defs /etc/pam.d/system-auth && wants sssd restart && wants nslcd restart && test ! -e "$NCM_ROOT/etc/sssd"'
ok 'sssd.conf' 'run 0 authconfig configure "$tree" && holds /etc/sssd/sssd.conf <<-"EOF"
	# Written by ncm-authconfig (Weft); local changes are lost.
	[sssd]
	domains = example.org
	config_file_version = 2
	services = nss,pam

	[pam]

	[nss]
	filter_users_in_groups = True

	[domain/example.org]
	access_provider = simple
	cache_credentials = False
	id_provider = ldap
	ldap_default_authtok = secret
	ldap_default_bind_dn = cn=x
	krb5_realm = EXAMPLE.ORG
	ldap_tls_cipher_suite = A:B
	ldap_tls_reqcert = demand
	ldap_uri = ldaps://a.example.org,ldaps://b.example.org
	simple_allow_groups = ops,users
	EOF'
ok 'only root reads it, and nobody is shown it' 'test "$(stat -c %a "$NCM_ROOT/etc/sssd/sssd.conf" "$NCM_ROOT/etc/nslcd.conf" | sort -u)" = 600 && ! grep -q secret lines'
if command -v sssctl >tools && [ "$(id -u)" = 0 ]; then
    ok 'sssctl finds nothing wrong in it, and would' '
        sssctl config-check -c "$NCM_ROOT/etc/sssd/sssd.conf" >said 2>&1 || :; cat said; grep -q "Issues identified by validators: 0" said
        sed "s/^ldap_uri/ldap_urri/" "$NCM_ROOT/etc/sssd/sssd.conf" >wrong.conf; chmod 600 wrong.conf; sssctl config-check -c "$PWD/wrong.conf" >said 2>&1 || :; grep -q "ldap_urri" said'
else
    skip 'sssctl finds nothing wrong in it' 'no sssctl here'
fi
ok 'nslcd.conf' 'holds /etc/nslcd.conf <<-"EOF"
	# Written by ncm-authconfig (Weft); local changes are lost.
	base dc=example
	bindpw secret
	filter group (a=b)
	map passwd uid sAMAccountName
	nss_initgroups_ignoreusers root,x
	uri ldap://a ldap://b
	EOF'
ok 'how passwords are kept' 'printf "ENCRYPT_METHOD SHA512\nUMASK 022\n" | holds /etc/login.defs'
ok 'lines of PAM, first and last of their section' 'printf "%s\n" "auth required pam_faildelay.so delay=2" "auth required pam_env.so" "auth sufficient pam_unix.so" "auth required pam_deny.so" "" "account required pam_unix.so" | holds /etc/pam.d/system-auth'
ok 'a second run changes nothing and asks for nothing' 'run 0 authconfig configure "$tree" && changed && ! grep -q service lines'
ok 'in safe mode nothing is changed' 'run 0 authconfig configure "$(echo "$tree" | jq -c ".safemode = true | .passalgorithm = \"md5\"")" && changed'
ok 'a method of the past is a warning' 'run 2 authconfig configure "{\"method\": {\"nis\": {\"enable\": true}}}" && changed'
ok 'a line end in a value is refused' 'run 1 authconfig configure "$(echo "$tree" | jq -c ".method.sssd.nss.x = \"a\\nservices = all\"")" && changed'
ok 'unconfigure takes its files away' 'run 0 authconfig unconfigure "$tree" && changed /etc/sssd/sssd.conf /etc/nslcd.conf && wants sssd stop'
done_testing
