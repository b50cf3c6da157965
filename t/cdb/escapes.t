#!/bin/sh
# What others wrote is shown, not obeyed: control characters never reach a terminal as they are.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
e=$(printf '\033') c1=$(printf '\302\233') turn=$(printf '\342\200\256')
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1
echo "'/system/trick' = '$e[2Jgone${c1}31m';" >>site/service/time.pan
as_admin commit -m "${e}[2J${e}]0;title$(printf '\a') ${c1}31m ${turn}bad Genève" -I profiles -I . site >committed 2>&1
# harmless FILE: no byte of it moves a cursor
harmless() { ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')\|$c1\|$turn" "$1"; }

ok 'a comment with escape sequences is harmless in log, show, sessions and tags' '
    as_admin log >log
    grep -F "\\x1b[2J\\x1b]0;title\\x07 \\u009b31m \\u202ebad Genève" log
    harmless log
    as_admin show 2 >show
    grep -F "\\x1b[2J" show
    harmless show
    as_admin tag -m "${e}[2Jtag" v1
    as_admin tag >tags
    grep -F "\\x1b[2Jtag" tags
    harmless tags
    as_admin open -m "${e}[2Jopen"
    as_admin sessions >sessions
    grep -F "\\x1b[2Jopen" sessions
    harmless sessions'
ok 'a reason of a lock, and the message it makes, are harmless' '
    as_anna lock -m "${e}[2Jmine" service
    as_admin lock >locks
    grep -F "\\x1b[2Jmine" locks
    harmless locks
    echo "# more" >>site/service/time.pan
    not as_admin commit -m again -I profiles -I . site >refused 2>&1
    grep -F "\\x1b[2Jmine" refused
    harmless refused
    as_anna unlock service'
ok 'values and lines of templates are harmless in queries, annotations and effects' '
    as_admin query /system/trick >query
    grep -F "x1b[2Jgone" query
    harmless query
    as_admin annotate service/time.pan >annotate
    grep -F "\\x1b[2Jgone" annotate
    harmless annotate
    as_admin diff --node lxb001.example.org 1 2 >effects
    grep trick effects
    harmless effects
    harmless committed'
ok 'the second line of a comment cannot look like another row' '
    as_admin tag -m "fine
v9  revision 9" v2
    as_admin tag >tags
    [ "$(wc -l <tags)" = 2 ]
    grep -F "fine\nv9" tags'
ok 'bytes in a pipe are as they are, and harmless on a terminal' '
    as_admin get service/time.pan >got
    grep -qF "$e[2Jgone" got
    script -qec ". $WEFT_SRC/t/lib.sh; HOME=$PWD/home.admin cdb get service/time.pan --server $url --cert $scratch/pki/admin.crt --key $scratch/pki/admin.key --ca $scratch/pki/ca.crt" /dev/null </dev/null | tr -d "\\r" >seen
    grep -F "\\x1b[2Jgone" seen
    harmless seen'
done_testing
