#!/bin/sh
# filecopy writes files word for word, keeps the replaced one, and acts only when something changed.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"services": {"_2fetc_2fmotd": {"config": "welcome\n", "perms": "0600", "restart": "systemctl restart mond.service"},
    "_2fopt_2fcopy": {"source": "/etc/source", "backup": false, "restart": "/bin/false now"}}}'
tree=$(printf %s "$tree" | jq -c .)
echo source >"$NCM_ROOT/etc/source"; echo before >"$NCM_ROOT/etc/motd"

ok 'check reports and writes nothing' 'run 0 filecopy check "$tree" && changed /etc/motd /opt/copy && test "$(cat "$NCM_ROOT/etc/motd")" = before && test ! -e "$NCM_ROOT/opt"'
ok 'configure writes contents and mode, and keeps the old file' '
    run 0 filecopy configure "$tree" && test "$(cat "$NCM_ROOT/etc/motd") $(stat -c %a "$NCM_ROOT/etc/motd") $(cat "$NCM_ROOT/etc/motd.old") $(cat "$NCM_ROOT/opt/copy")" = "welcome 600 before source"'
ok 'a restart by systemctl is left to the runner' 'wants mond restart'
ok 'any other command is not run below a root' 'says ".msg == \"not run below NCM_ROOT: /bin/false now\""'
ok 'a file not everybody may read is not shown' '! grep -q welcome lines'
ok 'a second run changes nothing and asks for nothing' 'run 0 filecopy configure "$tree" && changed && ! grep -q service lines'
ok 'forceRestart asks all the same' 'run 0 filecopy configure "$(printf %s "$tree" | jq -c ".forceRestart = true")" && changed && wants mond restart'
ok 'a source that is not there is an error, and the others are done' '
    rm "$NCM_ROOT/etc/motd"; run 1 filecopy configure "$(printf %s "$tree" | jq -c ".services._2fopt_2fcopy.source = \"/nowhere\"")" && changed /etc/motd &&
    says ".msg == \"'"'/opt/copy'"': its source '"'/nowhere'"' does not exist\""'
ok 'wrong permissions are an error' 'run 1 filecopy configure "$(printf %s "$tree" | jq -c ".services._2fetc_2fmotd.perms = \"rw-r\"")"'
ok 'unconfigure puts the old file back and removes the other' '
    run 0 filecopy unconfigure "$tree" && test "$(cat "$NCM_ROOT/etc/motd")" = before -a ! -e "$NCM_ROOT/opt/copy"'
if [ "$(id -u)" = 0 ]; then
    ok 'an owner may be user:group' '
        cp /etc/passwd /etc/group "$NCM_ROOT/etc/"
        run 0 filecopy configure "{\"services\": {\"_2fetc_2fowned\": {\"config\": \"x\", \"owner\": \"nobody:mail\"}}}"
        test "$(stat -c %U:%G "$NCM_ROOT/etc/owned")" = nobody:mail
        run 2 filecopy configure "{\"services\": {\"_2fetc_2fowned\": {\"config\": \"x\", \"owner\": \"nobody:nosuch\"}}}"
        says ".level == \"warning\" and .msg == \"there is no group \u0027nosuch\u0027\""'
else
    skip 'an owner may be user:group' 'only root gives files away'
fi
ok 'permissions that are none are told' '
    run 1 filecopy configure "{\"services\": {\"_2fetc_2fowned\": {\"config\": \"x\", \"perms\": \"0888\"}}}"
    says "(.msg // \"\") == \"\u0027/etc/owned\u0027: perms \u00270888\u0027 is no octal number from 0 to 7777\""'
ok 'a command is run once for several files, by a shell when it needs one' '
    run 0 filecopy configure "{\"services\": {\"_2fetc_2fa1\": {\"config\": \"x\", \"restart\": \"true; echo a | cat\"}, \"_2fetc_2fa2\": {\"config\": \"x\", \"restart\": \"true; echo a | cat\"}}}"
    grep -c "not run below NCM_ROOT: /bin/sh -c true; echo a | cat" "$scratch/lines" >got
    echo 1 >want
    same want got'
done_testing
