#!/bin/sh
# Rules of the tree on its folders and stages (REQ-A-12), and what nodes may read (REQ-A-13).
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
sed -i /anna/d cdbd.acl
server_start || exit 99
b1=lxb001.example.org
mkdir site/secret && echo "template secret/key;" >site/secret/key.pan
as_admin commit -m "the site" -I profiles -I . site >/dev/null || exit 99
anna() { as_anna "$@" 2>err; }
rules() { cat >rules; as_admin open >/dev/null; as_admin put .access rules >/dev/null && as_admin commit -m rules; }
denied() { code 77 as_anna "$@" 2>err; }

ok 'REQ-A-12: without a rule nobody but the administrators changes or reads anything' '
    [ "$(as_anna who)" = "CN=anna,O=Weft: anyone" ] && denied open && denied ls && denied get service/time.pan && [ "$(as_anna who service)" = "CN=anna,O=Weft: nothing" ]'
ok 'a wrong rule is refused with its place' '
    code 65 eval "echo \"allow service @geneva comit\" | rules" 2>err; printf "group geneva \"CN=anna,O=Weft\"\nallow service @geneva comit\n" >rules && as_admin rollback && as_admin put .access rules && code 65 as_admin commit -m x 2>err && cat err &&
    grep -q "unknown right .comit." err && grep -q "did you mean .commit." err && as_admin close'
ok 'REQ-A-12: a group may commit below its folder, and nowhere else' '
    printf "group geneva \"CN=anna,O=Weft\"\nallow service @geneva commit\n" | rules && [ "$(as_anna who)" = "CN=anna,O=Weft: member" ] && [ "$(as_anna who service/time.pan)" = "CN=anna,O=Weft: read write commit" ] &&
    as_anna open && sed s/ntp1/ntp2/ site/service/time.pan | as_anna put service/time.pan && as_anna check >/dev/null && as_anna commit -m "by anna" && ask $b1 /profiles/$b1.xml | grep -q ntp2 &&
    as_anna open && denied put profiles/x.pan /dev/null && grep -q "may not write .profiles/x.pan." err && denied rm profiles/$b1.pan && denied put service2.pan /dev/null && as_anna close'
ok 'a commit of a folder with one file too many is refused whole' '
    mkdir -p part/service && echo "template service/part;" >part/service/part.pan && echo "template part;" >part/part.pan && denied commit -m x -k part && grep -q "may not commit .part.pan." err && code 1 as_admin get service/part.pan'
ok 'what may not be read is not listed, printed, compared or exported' '
    as_anna ls >out && grep -q service/time.pan out && ! grep -q secret out && denied get secret/key.pan && denied annotate secret/key.pan && as_anna export mine && ! [ -e mine/secret ] && ! as_anna diff 1 | grep -q secret && denied git-export'
ok 'the rules themselves need admin' 'as_anna open && denied put .access rules && as_anna close && [ "$(as_admin who .access)" = "CN=admin,O=Weft: read write commit admin promote" ]'
ok 'REQ-A-12: denying wins over allowing' '
    printf "group geneva \"CN=anna,O=Weft\"\nallow . @geneva commit\ndeny secret @geneva read\ndeny service \"CN=anna,O=Weft\" commit\n" | rules && [ "$(as_anna who secret/key.pan)" = "CN=anna,O=Weft: nothing" ] &&
    [ "$(as_anna who service/time.pan)" = "CN=anna,O=Weft: read write" ] && [ "$(as_anna who profiles)" = "CN=anna,O=Weft: read write commit" ] && denied get secret/key.pan && as_anna get profiles/$b1.pan >/dev/null'
ok 'what is denied below a folder that may be read is not to be had by its hash, nor with all the history' '
    as_admin ls -l >out && hash=$(as_admin --json ls | jq -r ".files[] | select(.path == \"secret/key.pan\") | .hash") && [ ${#hash} = 64 ] &&
    ask anna /api/v1/revisions/1 >out && grep -q profiles/$b1.pan out && ! grep -q -e secret -e "$hash" out && ask admin /api/v1/revisions/1 | grep -q "$hash" && denied git-export && as_admin git-export | grep -q secret &&
    change="{\"path\":\"profiles/copy.pan\",\"hash\":\"$hash\"}" && [ "$(status anna /api/v1/check -d "{\"changes\":[$change]}")" = 403 ] &&
    [ "$(status anna /api/v1/history -d "{\"commits\":[{\"author\":\"a\",\"changes\":[$change]}]}")" = 403 ] && ask anna /api/v1/contents/missing -d "{\"hashes\":[\"$hash\"]}" | jq -e ".missing == [\"$hash\"]" &&
    ask anna /api/v1/contents -d "{\"contents\":[\"$(base64 -w0 site/secret/key.pan)\"]}" && ask anna /api/v1/contents/missing -d "{\"hashes\":[\"$hash\"]}" | jq -e ".missing == []" && [ "$(status anna /api/v1/check -d "{\"changes\":[$change]}")" = 200 ]'
ok 'locks, tags and stages follow the rules' '
    as_anna lock -m mine profiles && denied lock -m mine secret && as_anna unlock profiles && as_admin lock -m hers profiles && denied unlock --force profiles && as_admin unlock profiles && as_anna tag mine && denied stage prod "lxb*" &&
    as_admin stage prod "lxb001*" && denied promote prod'
ok 'REQ-A-12: promote is a right of its own, for a stage' '
    printf "allow prod \"CN=anna,O=Weft\" promote\n" | rules && sed s/ntp1/ntp3/ site/service/time.pan >time.pan && as_admin open && as_admin put service/time.pan time.pan && as_admin commit -m ntp3 && [ "$(status anna /api/v1/contents -d "{\"contents\":[]}")" = 403 ] && as_anna promote prod && ask $b1 /profiles/$b1.xml | grep -q ntp3 && as_anna open && denied put service/x.pan /dev/null'
ok 'REQ-A-12: the values of a node are for those who may read its object template; of others one sees that they change' '
    b2=lxb002.example.org
    printf "allow . \"CN=anna,O=Weft\" write\ndeny profiles/$b2.pan \"CN=anna,O=Weft\" read\n" | rules && printf "template service/local;\n\"/system/n\" = 17;\n" >local.pan && as_admin open && as_admin put service/local.pan local.pan && as_admin commit -m local &&
    [ "$(as_anna query --format csv /system/n | cut -d, -f1 | tr "\n" " ")" = "node $b1 lxb003.example.org " ] && [ "$(as_anna query --format csv /system/site --where "/system/network/hostname = lxb002" | wc -l)" = 1 ] &&
    denied profile $b2 && as_anna profile $b1 >/dev/null && [ "$(status anna /profiles/$b2.xml)" = 403 ] && [ "$(status anna /profiles/$b1.xml)" = 200 ] && [ "$(status anna "/api/v1/profiles/$b2/diff?from=1&to=head")" = 403 ] &&
    ask anna /profiles/profiles-info.xml | grep -c "<profile " | grep -qx 2 && as_anna open && sed s/17/18/ local.pan | as_anna put service/local.pan && as_anna check >out && cat out && [ "$(grep -c "~ /system/n  17 -> 18" out)" = 1 ] && grep -q "changed on 1 node: $b2" out && as_anna close &&
    ask anna /api/v1/revisions/head/effects | jq -e ".effects | any(.nodes == [\"$b2\"] and .values == [] and .more == 1) and any(.nodes == [\"$b1\", \"lxb003.example.org\"] and (.values | length) == 1)" && [ "$(status $b2 /profiles/$b2.xml)" = 200 ]'
ok 'a refused commit quotes no line and no value that its sender may not read, but all of what he may' '
    b2=lxb002.example.org
    printf "allow . \"CN=anna,O=Weft\" commit\ndeny secret \"CN=anna,O=Weft\" read\ndeny profiles/$b2.pan \"CN=anna,O=Weft\" read\n" >hide
    rules <hide
    printf "template secret/key;\n\"/system/key\" = \"hunter2\";\n" >key.pan
    sed "s,include .service/base.;,&\ninclude \"secret/key\";," site/profiles/$b2.pan >b2.pan
    as_admin open
    as_admin put secret/key.pan key.pan
    as_admin put profiles/$b2.pan b2.pan
    as_admin commit -m secrets
    (cat site/service/base.pan; echo "bind \"/system\" = extensible { \"key\" ? long };") >base.pan
    change=$(jq -Rs "{changes: [{path: \"service/base.pan\", text: .}]}" <base.pan)
    ask admin /api/v1/check -d "$change" >out
    cat out
    jq -e ".state == \"refused\" and (tostring | contains(\"hunter2\") and contains(\"secret/key.pan\"))" out
    for path in check commit; do
        ask anna /api/v1/$path -d "$change" >out
        cat out
        jq -e ".state == \"refused\" and .failing == [\"$b2\"] and (.errors | length) == 1 and (.errors[0].message | contains(\"may not read\"))" out
        not grep -e hunter2 -e secret/key -e "profiles/$b2.pan" out
    done
    change=$(jq -Rs "{changes: [{path: \"service/base.pan\", text: (. + \"nonsense\")}]}" <site/service/base.pan)
    ask anna /api/v1/check -d "$change" | jq -e ".errors[0] | .file == \"service/base.pan\" and .line > 0 and (.text | contains(\"nonsense\"))"'
ok 'a change of the rules is a revision like any other' 'as_admin log .access | grep -c rules | grep -qx 5 && as_admin diff --path .access 2 head | grep -q "^+allow \." && [ "$(as_anna who service)" = "CN=anna,O=Weft: read write commit" ] &&
    as_admin revert "$(as_admin log -l 1 .access | cut -d" " -f1)" && [ "$(as_anna who service)" = "CN=anna,O=Weft: read write" ] && as_admin verify'
ok 'REQ-A-13: a node reads its own profile and no other; a proxy those it is for' '
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ] && [ "$(status $b1 /profiles/lxb002.example.org.xml)" = 403 ] && [ "$(status boot /profiles/$b1.xml)" = 200 ] && [ "$(status boot /profiles/lxb002.example.org.xml)" = 403 ] && [ "$(status $b1 /api/v1/tree)" = 403 ]'
done_testing
