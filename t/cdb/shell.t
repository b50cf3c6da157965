#!/bin/sh
# REQ-A-16: the interactive shell of cdb: one command a line, from a script or from a terminal with history and completion.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1

ok 'REQ-A-16: a script has one command a line, with quotes and comments' '
    printf "who\n\n# a comment\nquery --where \"/system/network/hostname = lxb002\" /system/network/hostname\n" | as_admin >got &&
    printf "CN=admin,O=Weft: admin\nlxb002.example.org  /system/network/hostname  lxb002\n" >want && same want got'
ok 'REQ-A-16: it ends with the first command that fails, with its status' '
    printf "who\nget no/such/file\nwho\n" | code 1 as_admin >got 2>err && [ "$(wc -l <got)" = 1 ] && grep -q "no/such/file" err &&
    printf "nonsense\n" | code 64 as_admin 2>err && grep -q "unknown command" err && printf "get \"x\n" | code 64 as_admin 2>err && grep -q "without its end" err &&
    code 64 as_admin </dev/null && printf "exit\nnonsense\n" | as_admin'
ok 'options given to cdb hold for every line' 'printf "who\n" | as_admin --json | jq -e ".right == \"admin\""'
if command -v script >/dev/null; then
    terminal() { mkdir -p home.admin; HOME=$PWD/home.admin TERM=xterm script -qec "cdb $* --server $url --cert pki/admin.crt --key pki/admin.key --ca pki/ca.crt" /dev/null; }
    ok 'REQ-A-16: on a terminal it goes on after an error, completes commands and keeps its history' '
        { sleep 1; printf "get no/such/file\n"; sleep 1; printf "que\t/system/network/hostname\n"; sleep 1; printf "exit\n"; sleep 0.5; } | terminal | tr -d "\r" >got &&
        grep -q "there is no .no/such/file" got && grep -q "^lxb003.example.org  /system/network/hostname  lxb003" got && grep -q "query" home.admin/.weft/history'
    ok 'REQ-A-16: the open session stands in the prompt' '
        as_admin open -m x && { sleep 1; printf "exit\n"; sleep 0.5; } | terminal >got && grep -q "cdb $(cat home.admin/.weft/session)>" got'
    ok 'colours on a terminal, not in a pipe and not where they are unwanted' '
        echo "# more" >>site/service/base.pan
        as_admin commit -m more site
        coloured() { grep -q "$(printf "\033\\[32m+# more")"; }
        terminal diff 1 2 </dev/null | coloured
        as_admin diff 1 2 | not coloured
        NO_COLOR=1 terminal diff 1 2 </dev/null | not coloured'
else
    skip 'REQ-A-16: on a terminal' 'no script here'
fi
done_testing
