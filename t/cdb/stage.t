#!/bin/sh
# Stages (REQ-A-10): nodes that follow a revision of their own; promotion shows, moves, tries some nodes first, goes on when
# they report success and stops when one fails. A build failure never takes a profile away (REQ-A-11).
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
b1=lxb001.example.org b2=lxb002.example.org b3=lxb003.example.org
as_admin commit -m "the site" -I profiles -I . site >/dev/null || exit 99
site_is() { ask "$1" "/profiles/$1.json" | jq -e ".system.site == \"$2\""; }
change() { sed -i "s/'.system.site' = .*/'\/system\/site' = '$1';/" site/service/base.pan; as_admin commit -m "$1" site; }
report() { ask "$1" "/api/v1/nodes/$1/status" -d "{\"status\":\"$2\",\"revision\":$3,\"message\":\"$4\"}"; }
served() { as_admin --json hosts | jq -r ".hosts[] | select(.node == \"$1\") | .$2"; }

ok 'REQ-A-10: a stage begins where the head is, and its nodes keep what they have' '
    etag=$(served $b1 etag) && as_admin stage prod "lxb001*" "lxb002*" >out && grep -qx "prod is at revision 1" out &&
    as_admin stage | grep -q "^prod  revision 1  lxb001\* lxb002\*  settled" && [ "$(served $b1 etag)" = "$etag" ]'
ok 'REQ-A-10: a commit reaches the nodes that follow the head, and waits for the others' '
    change two 2>err && grep -qx "note: 2 profiles wait for the promotion of a stage" err && site_is $b3 two && site_is $b1 Genève && site_is $b2 Genève'
ok 'the profile shown is the one its node gets; with a revision, that of the revision' '
    site_of() { as_admin profile "$@" | jq -r .system.site; } && [ "$(site_of $b1)" = Genève ] && [ "$(site_of --at head $b1)" = two ] && [ "$(site_of $b3)" = two ]'
ok 'it is so after a restart too' 'server_kill && server_start && site_is $b3 two && site_is $b1 Genève && as_admin verify --compile'
ok 'a promotion is shown before it is done' '
    as_admin promote -n prod >out && printf "%s\n" "changed on 2 nodes: $b1 $b2" "  ~ /system/site  \"Genève\" -> \"two\"" "  components that run: none" "to revision 2: 2 profiles would change" >want &&
    same want out && site_is $b1 Genève'
ok 'REQ-A-10: a promotion moves the stage; it is a revision of its own' '
    before=$(served $b1 modified) && as_admin promote -m "two is good" prod >out && grep -qx "revision 3: 2 profiles changed" out && site_is $b1 two && site_is $b2 two &&
    [ "$(served $b1 modified)" -gt "$before" ] && [ "$(served $b1 revision)" = 3 ] && as_admin log -l 1 | grep -q "two is good" && code 1 as_admin promote prod && as_admin verify'
ok 'a new node waits, a removed one stays, until the promotion' '
    sed s/lxb001/lxb002a/\;/time/d site/profiles/$b1.pan >site/profiles/lxb002a.example.org.pan && rm site/profiles/$b2.pan && as_admin commit -m "nodes" site &&
    ! served lxb002a.example.org etag | grep . && site_is $b2 two && as_admin promote prod && served lxb002a.example.org etag | grep . && ! served $b2 etag | grep . && as_admin verify --compile'
ok 'REQ-A-11: a commit that is refused takes nothing away' '
    echo "nonsense" >>site/service/base.pan && code 65 as_admin commit -m bad site && sed -i \$d site/service/base.pan && site_is $b1 two && site_is $b3 two'

# ---- canary
ok 'REQ-A-10: the canaries are first, the others wait for their reports' '
    change three && as_admin promote --canary "lxb001*" prod >out && site_is $b1 three && as_admin profile --format xml lxb002a.example.org >/dev/null &&
    ask admin /profiles/lxb002a.example.org.json | jq -e ".system.site == \"two\"" && as_admin stage >out && grep -q "waits for its canary on the way to revision .*: $b1" out && as_admin verify'
ok 'a report of the old profile counts for nothing' 'report $b1 ok 1 && sleep 3 && as_admin stage | grep -q "waits for its canary"'
ok 'REQ-A-10: when they report success the rest follows by itself' '
    report $b1 ok "$(served $b1 revision)" && until_true 20 eval "as_admin stage | grep -q settled" &&
    ask admin /profiles/lxb002a.example.org.json | jq -e ".system.site == \"three\"" && as_admin log -l 1 | grep -q "1 nodes reported success" && as_admin verify'
ok 'REQ-A-10: a canary that fails stops it' '
    change four && as_admin promote --canary 1 prod && site_is $b1 four && ask $b1 /profiles/$b1.xml -o /dev/null && report $b1 failed 1 "ntp does not start" &&
    until_true 20 eval "as_admin stage >out; grep -q \"stopped on the way to revision .*: $b1 failed: ntp does not start\" out" &&
    ask admin /profiles/lxb002a.example.org.json | jq -e ".system.site == \"three\"" && as_admin audit | grep -q "stop .*ntp does not start"'
ok 'the canary goes back, with a time that is later all the same' '
    before=$(served $b1 modified) && as_admin promote --back prod && site_is $b1 three && [ "$(served $b1 modified)" -gt "$before" ] && as_admin stage | grep -q settled && as_admin verify'
ok 'REQ-A-10: no report in time stops it' '
    as_admin promote --canary 50% --wait 1 prod && until_true 20 eval "as_admin stage >out; grep -q \"1 of 1 nodes have not reported in time\" out"'
ok 'without a canary it goes on at once' 'as_admin promote prod && site_is $b1 four && as_admin stage | grep -q settled'
ok 'an earlier revision only with --back' '
    code 1 as_admin promote prod 2 2>err && grep -q "is at revision .* already" err && as_admin promote --back prod 2 && site_is $b1 two && as_admin promote prod && site_is $b1 four'
ok 'what was only recorded is no target; names that are wrong are told' '
    code 65 as_admin promote prod 999
    code 1 as_admin promote nobody
    code 65 as_admin promote --canary nobody prod 2>err
    code 64 as_admin stage x && code 1 as_admin stage prod "y*" 2>err && grep -q "there is a stage .prod. already" err'
ok 'a stage ends where the head is' '
    change five && code 1 as_admin stage -d prod 2>err && grep -q "would get other profiles without it" err && as_admin promote prod && as_admin stage -d prod && change six && site_is $b1 six && as_admin verify --compile && [ -z "$(as_admin stage)" ]'
done_testing
