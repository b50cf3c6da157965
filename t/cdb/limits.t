#!/bin/sh
# What one client may use is bounded, whoever it is: bytes, records, names, requests; and paths that would hurt whoever
# exports the site are refused.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>&1
# talk WHO BYTES: these bytes over TLS with a certificate, then the answer's first line
talk() {
    { printf "$2"; sleep 1; } | timeout 30 openssl s_client -quiet -connect "127.0.0.1:$port" -cert "pki/$1.crt" -key "pki/$1.key" -CAfile pki/ca.crt 2>/dev/null | head -1 | tr -d '\r'
}
resident() { sed -n 's/^VmRSS:[ \t]*\([0-9]*\) kB/\1/p' "/proc/$(cat cdbd.pid)/status"; }
change() { printf '{"comment":"c","changes":[%s]}' "$1" >body; status admin /api/v1/commit --data-binary @body; }
file() { printf '{"path":"%s","text":"x"}' "$1"; }

ok 'a large body is refused at its headers to who may not write, whatever the route takes' '
    for path in commit check contents history sessions/x/templates/y; do
        talk $b1 "POST /api/v1/$path HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n" >line
        grep " 413 " line
        talk stranger "POST /api/v1/$path HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n" >line
        grep " 413 " line
    done
    talk admin "POST /api/v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" >line
    [ ! -s line ]'
ok 'names in the reports of nodes leave nothing behind' '
    perl -e "
        srand 7;
        for my \$n (1 .. 25) {
            open my \$f, q(>), qq(names.\$n);
            print \$f q({\"status\":\"ok\");
            printf \$f q(,\"%s\":1), join q(), map { chr 97 + rand 26 } 1 .. 40 for 1 .. 20000;
            print \$f q(});
        }"
    for i in 1 2 3 4 5; do [ "$(status $b1 /api/v1/nodes/$b1/status --data-binary @names.$i)" = 200 ]; done
    before=$(resident)
    for i in 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do [ "$(status $b1 /api/v1/nodes/$b1/status --data-binary @names.$i)" = 200 ]; done
    echo "$before -> $(resident) kB"
    [ "$(resident)" -lt $((before + 8000)) ]'
ok 'REQ-A-17: what is refused again and again is recorded some times, then as a number; reads too' '
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ "$(status stranger /api/v1/tree)" = 403 ]; done
    until_true 10 eval "as_admin audit >audit && grep -q stranger audit"
    grep "GET /api/v1/tree" audit
    [ "$(grep -c stranger audit)" -le 5 ]'
ok 'a path with a step that some file system takes for .git is refused' '
    # The zero-width characters of HFS+, as UTF-8.
    zwnj=$(printf "\342\200\214") bom=$(printf "\357\273\277")
    for path in .git/config a/.git/config .GIT/x a/.Git ".git./x" ".git /x" ".git . ./x" "git~1/x" "GIT~1" "a/GiT~2/b" ".git::\$INDEX_ALLOCATION/x" ".git:x/y" ".g${zwnj}it/x" "${bom}.GIT/x"; do
        echo "$path"
        [ "$(change "$(file "$path")")" = 400 ]
    done
    for path in .gitignore a/.gitattributes a/git/x .github/x "git~/x" "xgit~1/y" .gi/t; do
        echo "$path"
        [ "$(change "$(file "$path")")" = 200 ]
    done'
ok 'a name cannot be a file and a folder, also by two changes of one commit, nor in a session' '
    [ "$(change "$(file site/geneva/a.txt)")" = 200 ]
    [ "$(change "$(file site/geneva)")" = 400 ]
    [ "$(change "$(file site/geneva/a.txt/b)")" = 400 ]
    [ "$(change "$(file new/x),$(file new)")" = 400 ]
    [ "$(change "{\"path\":\"site/geneva/a.txt\",\"delete\":true},$(file site/geneva)")" = 200 ]
    as_admin export out
    [ -f out/site/geneva ]'
done_testing
