#!/bin/sh
# Locks, tags, sessions that end, and all that is asked of history: REQ-A-5, REQ-A-8 (locks), REQ-A-9.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
b1=lxb001.example.org
as_admin commit -m "the site" -I profiles -I . site >/dev/null || exit 99

# ---- sessions
ok 'REQ-A-5: sessions of two people are apart, and outlive the server' '
    as_anna open -m one && echo "# anna" | as_anna put service/anna.pan && as_admin open -m two && echo "# admin" | as_admin put service/admin.pan &&
    server_kill && server_start && as_anna ls | grep -q service/anna.pan && ! as_anna ls | grep -q service/admin.pan &&
    [ "$(as_admin sessions | wc -l)" = 2 ] && as_anna close && as_admin close && [ -z "$(as_admin sessions)" ]'
ok 'REQ-A-5: a session nobody touches is closed, which the audit log tells' '
    as_anna open -m "forgotten" && echo "# x" | as_anna put service/x.pan && server_stop && sleep 1 && sed "1i session_expiry = 0.5" cdbd.conf >short.conf &&
    mv cdbd.conf long.conf && cp short.conf cdbd.conf && server_start && until_true 10 eval "[ -z \"\$(as_admin sessions)\" ]" && as_admin audit | grep -q "expire .*forgotten" &&
    code 65 as_anna commit -m late 2>err && grep -q "there is no session" err && rm home.anna/.weft/session && as_admin verify &&
    server_stop && mv long.conf cdbd.conf && server_start'
ok 'mv and cp work on files and folders of the session' '
    as_anna mv service/time.pan service/clock.pan && as_anna get service/clock.pan | cmp - site/service/time.pan && code 1 as_anna get service/time.pan &&
    as_anna cp profiles old/profiles && [ "$(as_anna ls old | wc -l)" = 3 ] && code 1 as_anna mv service/base.pan service/clock.pan &&
    code 64 as_anna cp service service/below'
ok 'REQ-A-9: rollback drops selected changes, then all' '
    as_anna rollback service/time.pan && as_anna get service/time.pan && as_anna status >out && grep -q service/clock.pan out && ! grep -q "removed .*time.pan" out &&
    as_anna rollback && as_anna status | grep -q ": 0 changes" && as_anna close'

# ---- tags
ok 'a name that git would refuse is refused' 'for name in v1..2 v1. x.lock .x; do code 65 as_admin tag "$name" 2>err && grep -q "cannot be the name" err || exit 1; done'
ok 'REQ-A-9: a tag names a revision wherever one is asked for' '
    as_admin tag -m "as delivered" first && echo "# two" >>site/service/time.pan && echo "# two" >>site/service/base.pan && as_admin commit -m second site &&
    as_admin tag | grep -q "first *revision 1 .*CN=admin,O=Weft *as delivered" && ! as_admin get --at first service/time.pan | grep -q two &&
    as_admin show first | grep -q "^revision 1 " && as_admin log | grep -q "\[first\] the site" && as_admin ls --at head | grep -q service/time.pan'
ok 'a tag is moved and forgotten; nonsense is none' '
    as_admin tag first 2 && as_admin tag first 1 && as_admin tag gone && as_admin tag -d gone && code 1 as_admin tag -d gone && code 65 as_admin tag 12 &&
    code 65 as_admin tag head && code 65 as_admin tag "a b" && code 65 as_admin tag late 99 && code 65 as_admin show nobody 2>err && grep -q "there is no revision .nobody." err'

# ---- history
ok 'REQ-A-9: diff between any two revisions, of one path, and of a profile' '
    as_admin diff first 2 >out && [ "$(grep -c "^+# two" out)" = 2 ] && as_admin diff --path service/time.pan 1 2 >out && [ "$(grep -c "^+# two" out)" = 1 ] &&
    as_admin diff 2 1 | grep -q "^-# two" && code 1 as_admin diff 2 2 && sed -i s/ntp1/ntp7/ site/service/time.pan && as_admin commit -m third site &&
    as_admin diff --node $b1 first >out && printf "%s\n" "changed on 1 node: $b1" "  ~ /software/components/time/servers/0  \"ntp1.example.org\" -> \"ntp7.example.org\"" \
        "  components that run: time" >want && same want out && code 1 as_admin diff --node $b1 1 2'
ok 'REQ-A-9: log by author and by path' '
    as_anna open && sed s/ntp7/ntp8/ site/service/time.pan | as_anna put service/time.pan && as_anna commit -m "of anna" &&
    [ "$(as_admin log --author anna | wc -l)" = 1 ] && [ "$(as_admin log -l 50 service/time.pan | wc -l)" = 4 ] && [ "$(as_admin log --author anna service/base.pan | wc -l)" = 0 ]'
ok 'REQ-A-9: annotate, now and then' '
    as_admin annotate service/time.pan | grep -q "^ *4 .*CN=anna.*ntp8" && as_admin annotate service/time.pan | grep -q "^ *2 .*# two" &&
    as_admin annotate --at first service/time.pan >out && ! grep -qv "^ *1 " out'
ok 'REQ-A-9: revert of some of the files a revision changed' '
    as_admin update site && as_admin revert 2 service/base.pan && ! as_admin get service/base.pan | grep -q two && as_admin get service/time.pan | grep -q two &&
    code 65 as_admin revert 2 service/local.pan 2>err && grep -q "revision 2 changed none of these files" err'
ok 'REQ-A-9: a revert is validated like any commit' '
    as_admin update site && printf "template service/new;\n'\''/system/new'\'' = 1;\n" >site/service/new.pan && as_admin commit -m "a new file" site && new=$(as_admin log -l 1 | cut -d" " -f1) &&
    echo "include '\''service/new'\'';" >>site/service/time.pan && as_admin commit -m "used" site && code 65 as_admin revert "$new" 2>err && grep -q "service/new" err && ask $b1 /profiles/$b1.json | jq -e ".system.new == 1"'
ok 'REQ-A-9: a removed template comes back' '
    sed -i /service.new/d site/service/time.pan && rm site/service/new.pan && as_admin commit -m "gone again" site && code 1 as_admin get service/new.pan &&
    as_admin restore service/new.pan && as_admin commit -m "back" && as_admin get service/new.pan | grep -q system/new &&
    as_admin restore --at first service/time.pan && as_admin get service/time.pan | grep -q ntp1 && as_admin close && code 1 as_admin restore service/never.pan'

# ---- locks
ok 'REQ-A-8: a lock on a folder keeps the commits of others out, with owner and reason' '
    as_admin update site && as_anna lock -m "new racks" --for 1h service && as_admin lock | grep -q "^service *CN=anna,O=Weft *until .* new racks" &&
    echo "# three" >>site/service/time.pan && code 75 as_admin commit -m locked site 2>err && grep -q "^locked: .service. by CN=anna,O=Weft until .*: new racks" err &&
    ! as_admin get service/time.pan | grep -q three && code 75 as_admin check site'
ok 'files that only share letters with it are free' '
    cp site/service/time.pan kept && as_admin get service/time.pan >site/service/time.pan && echo "# not a template of it" >site/service2.pan && echo "template service2;" >site/service2.pan &&
    as_admin commit -m "free" site && cp kept site/service/time.pan'
ok 'its owner commits' 'as_anna open && as_anna put service/time.pan kept && as_anna commit -m "mine"'
ok 'nobody else locks below it or above it, or gives it back without force' '
    code 75 as_admin lock -m me service/time.pan 2>err && grep -q "is locked by CN=anna,O=Weft: new racks" err && as_anna lock -m deep profiles/$b1.pan && code 75 as_admin lock -m me profiles &&
    code 77 as_admin unlock service && as_admin unlock --force service && code 1 as_admin unlock service && as_admin audit | grep -q "unlock .*the lock of CN=anna" &&
    as_admin lock -m me service/time.pan && as_admin unlock service/time.pan && as_anna unlock profiles/$b1.pan'
ok 'a lock ends by itself' '
    as_anna lock -m short --for 1 service && echo "# four" >>site/service/base.pan && until_true 10 as_admin commit -m after site && [ -z "$(as_admin lock)" ]'
ok 'a lock needs a reason and a path that can be one' 'code 64 as_anna lock service && code 65 as_anna lock -m x ../x'
ok 'all of it proves right' 'as_admin verify --compile'
ok 'old profiles are pruned, and what they were is told as gone; templates of then stay' '
    as_admin prune -n --keep 1 >out
    cat out
    grep -q "old profiles would go" out
    code 64 as_admin prune 2>err
    as_admin prune --keep 1 >out
    grep -q "old profiles are gone" out
    as_admin prune --keep 1 | grep -q ": 0 old profiles"
    as_admin export --at 1 then >/dev/null
    [ -s then/service/time.pan ]
    as_admin verify'
done_testing
