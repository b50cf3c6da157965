#!/bin/sh
# accounts puts configured users and groups among those of the system, removes only what it is told to remove, and
# changes nothing when the result would not be consistent.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
etc=$NCM_ROOT/etc
cat >"$etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
carol:x:1500:1500:Carol:/home/carol:/bin/zsh
dave:x:70000:70000:Dave:/home/dave:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
+@admins
END
cat >"$etc/shadow" <<'END'
root:$6$old$root:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
carol:$6$old$carol:19000:0:90:7::20000:
dave:!:19000:0:99999:7:::
nobody:*:19000:0:99999:7:::
END
printf '%s\n' root:x:0: daemon:x:1: adm:x:4:dave,carol carol:x:1500: dave:x:70000: nogroup:x:65534: >"$etc/group"
printf '%s\n' 'root:*::' 'daemon:*::' 'adm:*::dave,carol' 'carol:!::' 'dave:!::' 'nogroup:*::' >"$etc/gshadow"
printf '# site\nUID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nPASS_MAX_DAYS 99999\n' >"$etc/login.defs"
chmod 640 "$etc/shadow" "$etc/gshadow"
mkdir -p "$etc/skel/.config" && echo 'set -o vi' >"$etc/skel/.bashrc"
cp -a "$etc" before
id=$(id -u)
tree='{"rootpwd": "$6$new$root", "login_defs": {"pass_max_days": 365, "usergroups_enab": false},
    "users": {"alice": {"uid": 2001, "groups": ["batch", "adm"], "comment": "Alice", "homeDir": "/home/alice", "createHome": true, "password": "$6$new$alice", "shell": "/bin/bash"},
              "carol": {"uid": 1500, "groups": ["carol"], "shell": ""},
              "grid": {"uid": 3000, "groups": ["batch"], "homeDir": "/pool/grid", "poolStart": 8, "poolSize": 3, "shell": "/bin/sh"}},
    "groups": {"batch": {"gid": 2000, "requiredMembers": ["remote"]}}}'
tree=$(echo "$tree" | jq -c .)
with() { echo "$tree" | jq -c "$1"; }
unchanged() { diff -r before "$etc"; }

ok 'check reports the files and the home, and changes nothing' '
    run 0 accounts check "$tree" && changed /etc/login.defs /etc/group /etc/gshadow /etc/passwd /etc/shadow /home/alice && unchanged && test ! -e "$NCM_ROOT/home"'
ok 'new accounts come after the others and before the lines of NIS' 'run 0 accounts configure "$tree" && holds /etc/passwd <<-"END"
	root:x:0:0:root:/root:/bin/bash
	daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
	carol:x:1500:1500:Carol:/home/carol:/bin/zsh
	dave:x:70000:70000:Dave:/home/dave:/bin/bash
	nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	alice:x:2001:2000:Alice:/home/alice:/bin/bash
	grid08:x:3000:2000::/pool/grid08:/bin/sh
	grid09:x:3001:2000::/pool/grid09:/bin/sh
	grid10:x:3002:2000::/pool/grid10:/bin/sh
	+@admins
	END'
ok 'members are the configured ones, and those of others stay' 'holds /etc/group <<-"END"
	root:x:0:
	daemon:x:1:
	adm:x:4:alice,dave
	carol:x:1500:carol
	dave:x:70000:
	nogroup:x:65534:
	batch:x:2000:alice,grid08,grid09,grid10,remote
	END'
ok 'a password that is not configured stays; a new account without one is locked' '
    grep -qx "carol:\$6\$old\$carol:19000:0:90:7::20000:" "$etc/shadow" && grep -q "^root:\$6\$new\$root:" "$etc/shadow" &&
    grep -q "^alice:\$6\$new\$alice:[0-9]*:0:365:7:::" "$etc/shadow" && grep -q "^grid09:!:" "$etc/shadow" && test "$(stat -c %a "$etc/shadow")" = 640'
ok 'no password is shown' '! grep -q "[$]6" lines'
ok 'settings of login.defs are put among those of others' 'printf "# site\nUID_MIN 1000\nUID_MAX 60000\nGID_MIN 1000\nGID_MAX 60000\nPASS_MAX_DAYS\t365\nUSERGROUPS_ENAB\tno\n" | holds /etc/login.defs'
ok 'the home is a copy of skel, for its owner only' '
    test "$(stat -c %a "$NCM_ROOT/home/alice")" = 700 -a -d "$NCM_ROOT/home/alice/.config" && grep -q vi "$NCM_ROOT/home/alice/.bashrc" &&
    { test "$id" != 0 || test "$(stat -c %u:%g "$NCM_ROOT/home/alice/.bashrc")" = 2001:2000; } && test ! -e "$NCM_ROOT/pool" -a ! -e "$NCM_ROOT/home/alice.weft-new"'
PATH=$PATH:/usr/sbin:/sbin
if command -v pwck >tools && command -v grpck >tools; then
    # They know the homes and shells of this machine only, and members by this machine's users.
    ok 'pwck finds the accounts consistent, and would find them not' '
        sed /^+/d "$etc/passwd" >passwd; pwck -r passwd "$etc/shadow" >found || :
        grep -v -e "no group" -e "directory .* does not exist" -e "program .* does not exist" -e "^pwck: no changes" found >bad || :
        cat bad; test ! -s bad; echo "eve:x:1:" >>passwd; code 2 pwck -r -q passwd "$etc/shadow" >found'
    ok 'grpck finds the groups consistent' '
        grpck -r "$etc/group" "$etc/gshadow" >found || :
        grep -v -e ": no user " -e "^delete member" -e "^grpck: no changes" found >bad || :; cat bad; test ! -s bad'
else
    skip 'pwck and grpck find the files consistent' 'no pwck here'
fi
ok 'a second run changes nothing' 'run 0 accounts configure "$tree" && changed'
rm -rf before; cp -a "$etc" before
ok 'two accounts with one number are refused, also when one is the system'"'"'s' '
    run 1 accounts configure "$(with ".users.alice.uid = 1")" && changed && unchanged && says "(.msg // \"\") == \"users \u0027daemon\u0027 and \u0027alice\u0027 would have the same uid 1\"" &&
    run 1 accounts configure "$(with ".groups.batch.gid = 4")" && says "(.msg // \"\") == \"groups \u0027adm\u0027 and \u0027batch\u0027 would have the same gid 4\"" && unchanged'
ok 'a group that does not exist is refused' 'run 1 accounts configure "$(with ".users.alice.groups = [\"nosuch\"]")" && says "(.msg // \"\") == \"user \u0027alice\u0027: there is no group \u0027nosuch\u0027\"" && unchanged'
ok 'a field cannot smuggle in another account, and what is in it is not shown' '
    run 1 accounts configure "$(with ".users.alice.password = \"x\\neve:x:0:0\"")" && says "(.msg // \"\") == \"user \u0027alice\u0027: password holds a \u0027:\u0027 or a line end\"" && ! grep -q eve: lines && unchanged &&
    run 1 accounts configure "$(with ".users.alice.comment = \"x:0\"")" && run 1 accounts configure "$(with ".users[\"a:b\"] = .users.alice")" && unchanged'
ok 'a uid that changes is a warning' 'run 2 accounts check "$(with ".users.carol.uid = 1501")" && says ".level == \"warning\" and (.msg | contains(\"from 1500 to 1501\"))"'
ok 'a user that left the configuration stays' 'run 0 accounts configure "$(with "del(.users.alice)")" "\"previous\": $tree" && grep -q ^alice: "$etc/passwd"'
ok 'told to, it removes what nobody configured beyond the preserved numbers' '
    run 0 accounts configure "$(with ".remove_unknown = true | .preserved_accounts = \"dyn_user_group\" | del(.users.alice)")" && changed /etc/group /etc/gshadow /etc/passwd /etc/shadow &&
    ! grep -q dave "$etc/passwd" "$etc/shadow" "$etc/group" "$etc/gshadow" && grep -q ^nobody: "$etc/passwd" && grep -q ^alice: "$etc/passwd"'
ok 'with kept users as an exception' '
    run 0 accounts configure "$(with ".remove_unknown = true | .preserved_accounts = \"none\" | del(.users.alice) | .kept_users = {daemon: \"\"} | .kept_groups = {carol: \"\"}")" &&
    grep -q ^daemon: "$etc/passwd" && grep -q ^root: "$etc/passwd" && ! grep -q -e "^alice:" "$etc/passwd" && ! grep -q "[:,]alice" "$etc/group" && test -d "$NCM_ROOT/home/alice"'
ok 'it waits for whoever holds the lock of passwd' '
    perl -e "use Fcntl; open F, q(>), shift or die; my \$l = pack(q(ssqqi), F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, \$l) or die; open G, q(>), q(held); close G; sleep 1; open G, q(>), q(over); close G" "$etc/.pwd.lock" & holder=$!
    until test -e held || ! kill -0 $holder; do sleep 0.05; done; run 0 accounts configure "$(with ".users.alice.groups = [\"batch\"]")" && test -e over; st=$?; wait $holder; test $st = 0'
done_testing
