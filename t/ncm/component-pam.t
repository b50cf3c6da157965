#!/bin/sh
# pam writes stacks that PAM itself follows, all or none.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"modules": {"site": {"path": "/lib/site/pam_site.so"}}, "services": {"weft": {
    "auth": [{"control": "sufficient", "module": "permit", "options": {"debug": true, "quiet": false}}, {"control": "default=bad success=ok", "module": "site", "options": {"msg": "two words", "n": 3}, "options_list": ["x", "y"]}],
    "account": [{"control": "required", "module": "permit"}, {"control": "required", "module": "include", "options": {"service": "common-account"}}],
    "session": [{"control": "required", "module": "listfile", "options": {"item": "user", "sense": "allow", "file": "/etc/acl/weft", "onerr": "fail"}, "allow": {"filename": "/etc/acl/weft", "items": ["alice", "bob"]}}]}},
    "access": {"main": {"filename": "/etc/security/weft.conf", "acl": [{"permission": "+", "users": "root", "origins": "LOCAL"}], "lastacl": {"permission": "-", "users": "ALL", "origins": "ALL"}}}}'
tree=$(echo "$tree" | jq -c .)
with() { echo "$tree" | jq -c "$1"; }
ok 'check reports and changes nothing' 'run 0 pam check "$tree" && changed /etc/acl/weft /etc/pam.d/weft /etc/security/weft.conf && test -z "$(ls "$NCM_ROOT/etc")"'
ok 'a service' 'run 0 pam configure "$tree" && holds /etc/pam.d/weft <<-"EOF"
	#%PAM-1.0
	# Written by ncm-pam (Weft); local changes are lost.
	account     required      pam_permit.so
	account     include common-account
	auth        sufficient    pam_permit.so debug
	auth        [default=bad success=ok] /lib/site/pam_site.so [msg=two words] n=3 x y
	session     required      pam_listfile.so file=/etc/acl/weft item=user onerr=fail sense=allow
	EOF'
ok 'its list, and who may come from where' 'printf "alice\nbob\n" | holds /etc/acl/weft && printf "# Written by ncm-pam (Weft); local changes are lost.\n+:root:LOCAL\n-:ALL:ALL\n" | holds /etc/security/weft.conf'
if [ "$(id -u)" = 0 ] && command -v pamtester >tools && unshare -m true 2>skip.log; then
    # In a mount table of its own.
    pam_says() { timeout 20 unshare -m sh -c 'mount --bind "$1/etc/pam.d" /etc/pam.d && pamtester weft nobody "$2"' - "$NCM_ROOT" "$1"; }
    ok 'PAM follows it' '
        run 0 pam configure "$(with "del(.services.weft.account[1], .services.weft.session)")" && pam_says authenticate && pam_says acct_mgmt &&
        run 0 pam configure "$(with ".services.weft.account = [{control: \"required\", module: \"deny\"}]")" && pam_says authenticate && ! { pam_says acct_mgmt; } && run 0 pam configure "$tree"'
else
    skip 'PAM follows it' 'no pamtester here, or no right to try'
fi
ok 'a second run changes nothing' 'run 0 pam configure "$tree" && changed'
ok 'one wrong service, and nothing is written' 'run 1 pam configure "$(with ".services.weft.auth = [] | .services.empty = {auth: []}")" && changed && says "(.msg // \"\") == \"service \u0027empty\u0027: no modules at all\""'
ok 'a line end or a path in a name is refused' 'run 1 pam configure "$(with ".services.weft.auth[0].options.a = \"x\\nauth sufficient pam_permit.so\"")" && changed && run 1 pam configure "$(with ".services[\"../x\"] = .services.weft")" && changed'
ok 'unconfigure brings the earlier file back, and keeps this one without' 'run 2 pam unconfigure "$tree" && test -e "$NCM_ROOT/etc/pam.d/weft" && echo old >"$NCM_ROOT/etc/pam.d/weft.old" && run 0 pam unconfigure "$tree" && echo old | holds /etc/pam.d/weft'
done_testing
