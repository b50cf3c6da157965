#!/bin/sh
# useraccess writes keys and principals into homes, never through somebody's link, and the lists of services.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
id=$(id -u) gid=$(id -g) root=$NCM_ROOT
printf 'root:x:0:0::/root:/bin/sh\nalice:x:%s:%s::/home/alice:/bin/sh\nbob:x:%s:%s::/home/bob:/bin/sh\n' "$id" "$gid" "$id" "$gid" >"$root/etc/passwd"
mkdir -p "$root/home/alice" "$root/home/bob" "$root/etc/pam.d"
printf 'auth required pam_unix.so\n' >"$root/etc/pam.d/login"
echo 'ssh-ed25519 AAAAurl url' >"$scratch/key"
tree='{"acl_services": ["login"], "roles": {"ops": {"ssh_keys": ["ssh-ed25519 AAAAops ops"], "acls": ["login"], "roles": ["krb"]}, "krb": {"kerberos5": [{"principal": "ops", "instance": "admin", "realm": "EXAMPLE.ORG"}]}},
    "users": {"alice": {"roles": ["ops"], "ssh_keys": ["ssh-ed25519 AAAAown own"], "ssh_keys_urls": ["file://'$scratch'/key"], "kerberos4": [{"principal": "a", "instance": "b", "realm": "R"}]}, "bob": {"managed_credentials": ["kerberos5"], "ssh_keys": ["ssh-ed25519 AAAAbob"]}}}'
tree=$(echo "$tree" | jq -c .)
with() { echo "$tree" | jq -c "$1"; }
ok 'check reports and changes nothing' 'run 0 useraccess check "$tree" && changed /home/alice/.ssh /home/alice/.ssh/authorized_keys /home/alice/.klogin /home/alice/.k5login /etc/acls/login /etc/pam.d/login && test -z "$(ls -A "$root/home/alice")"'
ok 'keys of the user, of URLs and of roles' 'run 0 useraccess configure "$tree" && printf "%s\n" "ssh-ed25519 AAAAurl url" "ssh-ed25519 AAAAown own" "ssh-ed25519 AAAAops ops" | holds /home/alice/.ssh/authorized_keys &&
    test "$(stat -c %a "$root/home/alice/.ssh/authorized_keys")$(stat -c %a "$root/home/alice/.ssh")" = 600700'
ok 'principals' 'echo ops/admin@EXAMPLE.ORG | holds /home/alice/.k5login && echo a.b@R | holds /home/alice/.klogin'
ok 'what is not managed is left alone' 'test -z "$(ls -A "$root/home/bob")"'
ok 'a service with its list' 'echo alice | holds /etc/acls/login && grep -c "pam_listfile.so.*file=/etc/acls/login" "$root/etc/pam.d/login" | grep -qx 2 && tail -1 "$root/etc/pam.d/login" | grep -qx "auth required pam_unix.so"'
if command -v ssh-keygen >tools; then
    ok 'ssh-keygen takes the lines for keys' 'ssh-keygen -q -t ed25519 -N "" -f own && run 0 useraccess configure "$(with ".users.alice = {acls: [\"login\"], ssh_keys: [\"$(cat own.pub)\"]}")" && ssh-keygen -l -f "$root/home/alice/.ssh/authorized_keys" && run 0 useraccess configure "$tree"'
else
    skip 'ssh-keygen takes the lines for keys' 'no ssh-keygen here'
fi
ok 'credentials that left go, and a list nobody is on is told' 'run 2 useraccess configure "$(with ".users.alice = {}")" && test ! -e "$root/home/alice/.klogin" -a ! -e "$root/home/alice/.ssh/authorized_keys" && says "(.msg // \"\") | contains(\"nobody may use it\")" && run 0 useraccess configure "$tree"'
ok 'a second run changes nothing' 'run 0 useraccess configure "$tree" && changed'
ok 'a key that cannot be fetched is an error, and the keys stay' 'cp "$root/home/alice/.ssh/authorized_keys" now; run 1 useraccess configure "$(with ".users.alice.ssh_keys_urls = [\"file:///nosuch\"]")" && changed && same now "$root/home/alice/.ssh/authorized_keys" && echo alice | holds /etc/acls/login'
ok 'a link in a home is not followed' '
    echo precious >"$root/etc/precious"; ln -sf /etc/precious "$root/home/alice/.k5login"; run 1 useraccess configure "$tree"
    grep -qx precious "$root/etc/precious"
    says "(.msg // \"\") | contains(\"is no file\")"
    rm "$root/home/alice/.k5login"; mv "$root/home/alice/.ssh" "$root/home/alice/ssh"; ln -s /etc "$root/home/alice/.ssh"; run 1 useraccess configure "$tree"; test ! -e "$root/etc/authorized_keys"; rm "$root/home/alice/.ssh"'
ok 'roles that contain each other, and users nobody knows, are errors' 'run 1 useraccess configure "$(with ".roles.krb.roles = [\"ops\"]")" && says "(.msg // \"\") | contains(\"contains itself\")" && run 1 useraccess configure "{\"users\": {\"eve\": {}}}"'
ok 'unconfigure takes the lists away and leaves the homes' 'run 0 useraccess configure "$tree" && run 0 useraccess unconfigure "$tree" && test ! -e "$root/etc/acls/login" && echo "auth required pam_unix.so" | holds /etc/pam.d/login && test -e "$root/home/alice/.k5login"'
done_testing
