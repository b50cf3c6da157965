#!/bin/sh
# cdb as administrators use it: folders and sessions, refusals, conflicts, history, and what it all left behind.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
server_start || exit 99
b1=lxb001.example.org

# The last line of a commit's answer has a time in it.
outcome() { sed -n 's/, [0-9.]* s$//p' "$1"; }

ok 'it says who we are' '[ "$(as_anna who)" = "CN=anna,O=Weft: admin" ]'
ok 'nothing is there' '[ "$(as_admin log)" = "" ] && code 1 as_admin hosts && code 1 as_admin get site/x.pan'
ok 'REQ-A-7: check shows what a commit would do, and does nothing' '
    as_admin check -I profiles -I . site >out &&
    grep -qx "added on 1 node: $b1" out && [ "$(outcome out)" = "check against revision 0: 6 files, 3 objects compiled, 3 profiles would change" ] &&
    code 1 as_admin hosts'
ok 'a folder is committed in one go' 'as_admin commit -m "the site" -I profiles -I . site'
ok 'a linked folder is there under both names; a link that leads out of the folder, or nowhere, is told' '
    cp -R site linked
    mkdir -p linked/lib/el9
    printf "template lib/el9.x/base;\n\"/system/release\" = 9;\n" >linked/lib/el9/base.pan
    ln -s el9 linked/lib/el9.x
    ln -s /usr/share linked/lib/share
    ln -s nothing linked/lib/gone
    printf "include if_exists(\"lib/el9.x/base\");\n" >>linked/profiles/$b1.pan
    as_admin check linked >out 2>err
    grep -q "/system/release" out
    printf "%s\n" "cdb: warning: \047lib/gone\047 is left out: a link that leads nowhere" \
        "cdb: warning: \047lib/share\047 is left out: a link that leads out of the tree" >want
    sed -i "s/.047/\x27/g" want
    same want err'
ok 'the same folder again: nothing to commit' '
    code 1 as_admin commit -m again site >out && echo "nothing to commit: the database has all of it in revision 1" >want && same want out'

# ---- refused
ok 'REQ-A-6: a mistake is refused with file, line, caret, hint and who it hits' '
    cp site/service/time.pan good.pan && sed -i "s/list(/lst(/" site/service/time.pan &&
    code 65 as_admin commit -m wrong site >out 2>err && ! [ -s out ] && cat >want <<END &&
service/time.pan:9:39: error: undefined function '\''lst'\''
    9 | '\''/software/components/time/servers'\'' = lst('\''ntp1.example.org'\'');
      |                                       ^~~~~~~~~~~~~~~~~~~~~~~
hint: did you mean '\''list'\''?
  included from profiles/lxb001.example.org.pan:5:1
  in 1 object: lxb001.example.org
cdb: error: the commit is refused, nothing was published: 1 error, 1 object does not compile
END
    same want err'
ok 'REQ-A-11: nothing of it is published' '
    [ "$(as_admin log | wc -l)" = 1 ] && ask admin /profiles/$b1.xml | grep -q ntp1 && [ "$(as_admin get service/time.pan | sha256sum)" = "$(sha256sum <good.pan)" ]'
ok 'one mistake in many nodes is told once' '
    cp good.pan site/service/time.pan && cp site/service/base.pan good.base && echo "x = ;" >>site/service/base.pan &&
    code 65 as_admin commit -m wrong site 2>err && [ "$(grep -c "error: " err)" = 2 ] && grep -q "3 objects: $b1 lxb002.example.org lxb003.example.org" err &&
    cp good.base site/service/base.pan'
ok 'a template nobody includes must be one too' '
    echo "template service/unused; " >site/service/unused.pan && echo "nonsense here" >>site/service/unused.pan &&
    code 65 as_admin commit -m wrong site 2>err && grep -q "^service/unused.pan:2:" err && rm site/service/unused.pan'
ok 'binary garbage is refused' '
    head -c 3000 /dev/urandom >site/profiles/lxb004.example.org.pan &&
    code 65 as_admin commit -m wrong site 2>err; s=$?; rm site/profiles/lxb004.example.org.pan
    [ $s = 0 ] && grep -q "^profiles/lxb004.example.org.pan:[0-9]*:[0-9]*: error: " err'
ok 'two objects for one node are refused' '
    mkdir -p site/other && echo "object template other/$b1;" >site/other/$b1.pan &&
    code 65 as_admin commit -m wrong site 2>err && grep -q "are both the profile of .$b1" err && rm -r site/other'

# ---- affected, and only they
ok 'a commit compiles what it touches' '
    sed -i s/ntp1/ntp2/ site/service/time.pan && as_admin commit -m "ntp1 is gone" site >out &&
    [ "$(outcome out)" = "revision 2: 1 file, 1 object compiled, 1 profile changed" ]'
ok 'a comment changes no profile' '
    echo "# nothing" >>site/service/base.pan && as_admin commit -m "a comment" site >out &&
    [ "$(outcome out)" = "revision 3: 1 file, 3 objects compiled, 0 profiles changed" ]'
ok 'REQ-A-3: a file that was looked for and not found is found when it comes' '
    printf "template service/local;\n'\''/system/local'\'' = true;\n" >site/service/local.pan && as_admin check site >out &&
    cat >want <<END &&
changed on 3 nodes: lxb001.example.org lxb002.example.org lxb003.example.org
  + /system/local  true
  components that run: none
END
    sed "\$d" out >got && same want got && as_admin commit -m "a local file" site'
ok 'a file earlier on the load path takes the place of a later one' '
    mkdir -p site/profiles/service && sed s/ntp2/ntp3/ site/service/time.pan >site/profiles/service/time.pan && as_admin check site >out &&
    grep -qx "  ~ /software/components/time/servers/0  \"ntp2.example.org\" -> \"ntp3.example.org\"" out &&
    grep -qx "  components that run: time" out && as_admin commit -m "another time" site &&
    rm -r site/profiles/service && as_admin commit -m "back" site && ask admin /profiles/$b1.xml | grep -q ntp2'
ok 'REQ-A-3: a node that uses values of another follows them' '
    cp site/profiles/lxb002.example.org.pan kept.pan &&
    echo "\"/system/peer\" = value(\"$b1:/system/network/hostname\");" >>site/profiles/lxb002.example.org.pan && as_admin commit -m "a reference" site &&
    sed -i s/lxb001\"/renamed\"/\;s/"'\''lxb001'\''"/"'\''renamed'\''"/ site/profiles/$b1.pan && as_admin commit -m "another name" site >out && 
    grep -q "2 profiles changed" out && ask admin /profiles/lxb002.example.org.json | jq -e ".system.peer == \"renamed\""'
ok 'taking away what another node uses is refused' '
    mv site/profiles/$b1.pan away && code 65 as_admin commit -m wrong site 2>err; s=$?; mv away site/profiles/$b1.pan; cat err; [ $s = 0 ]'

# ---- sessions
ok 'a session collects changes that others do not see' '
    as_anna open -m "anna works" && printf "template service/new;\n" | as_anna put service/new.pan && as_anna rm service/local.pan &&
    as_anna get service/new.pan | grep -q "template service/new" && code 1 as_admin get service/new.pan &&
    ! as_anna ls | grep -q service/local.pan && as_admin ls | grep -q service/local.pan &&
    as_anna status | grep -q "removed  service/local.pan"'
ok 'nobody else touches it' 'id=$(cat home.anna/.weft/session) && code 77 as_admin put service/x.pan /dev/null --session "$id" && as_admin sessions | grep -q "$id.*anna works"'
ok 'it survives SIGKILL of the server' 'server_kill && server_start && as_anna diff | grep -qx "+template service/new;"'
ok 'a dropped change is gone' 'as_anna rollback service/local.pan && ! as_anna status | grep -q service/local.pan'
ok 'an editor edits it' '
    printf "#!/bin/sh\necho \"# edited\" >>\"\$1\"\n" >editor && chmod +x editor &&
    EDITOR=./editor as_anna edit service/new.pan && as_anna get service/new.pan | grep -qx "# edited" && code 1 env EDITOR=true HOME="$PWD/home.anna" \
        cdb edit service/new.pan --server "$url" --cert pki/anna.crt --key pki/anna.key --ca pki/ca.crt'
ok 'its check and commit are those of a folder' '
    as_anna check | grep -q "1 file, 0 objects compiled, 0 profiles would change" && as_anna commit >out && grep -q "^revision [0-9]*: 1 file" out &&
    as_admin log -l 1 | grep -q "CN=anna,O=Weft *anna works" && ! [ -e home.anna/.weft/session ]'

# ---- two people
ok 'a folder takes over what others committed' '
    echo "# from the folder" >>site/service/time.pan && as_admin commit -m "time" site >out && grep -qx "updated service/new.pan" out &&
    grep -qx "# edited" site/service/new.pan && code 1 as_admin commit -m "again" site'
ok 'two changes of one file are a conflict' '
    as_anna open && sed s/ntp2/ntp4/ site/service/time.pan | as_anna put service/time.pan && sed -i s/ntp2/ntp5/ site/service/time.pan &&
    as_anna commit -m "ntp4" && code 1 as_admin commit -m "ntp5" site 2>err &&
    grep -q "^conflict: .service/time.pan. was changed in revision [0-9]* by CN=anna,O=Weft" err && ask admin /profiles/$b1.xml | grep -q ntp4'
ok 'one side is chosen' '
    code 1 as_admin update site 2>err && grep -q "1 file was changed on both sides" err &&
    as_admin update --mine site && as_admin commit -m "ntp5 it is" site && ask admin /profiles/$b1.xml | grep -q ntp5'

# ---- history
ok 'a revision is undone by a new one' '
    last=$(as_admin log -l 1 | cut -d" " -f1) && as_admin revert "$last" >out && ask admin /profiles/$b1.xml | grep -q ntp4 &&
    as_admin show $((last + 1)) | grep -qx "reverts  $last" && as_admin diff $((last + 1)) | grep -q "^+.*ntp4"'
ok 'a template that is not there: the nearest name is told' '
    as_admin open
    printf "object template nearly;\ninclude \"service/tme\";\n" | as_admin put profiles/nearly.pan
    code 65 as_admin check 2>err
    cat err
    as_admin close
    grep -q "did you mean .service/time." err'
ok 'a revert that does not say of what is refused' 'last=$(as_admin log -l 1 | cut -d" " -f1) && [ "$(status admin /api/v1/revert -d "{\"revison\":1}")" = 400 ] && as_admin log -l 1 | grep -q "^$last "'
ok 'what was changed since cannot be undone' 'code 1 as_admin revert 2 2>err && grep -q "^conflict: .service/time.pan" err'
ok 'a profile of long ago is there' 'as_admin profile --at 1 --format xml $b1 | grep -q ntp1 && as_admin profile $b1 | jq -e .system && code 65 as_admin profile --at 999 $b1'
ok 'each line has its revision' '
    as_admin annotate service/time.pan >out && grep -q "^ *1 .*CN=admin,O=Weft .* 1  unique template service/time;" out && ! grep -q "^ *1 .*ntp4" out'
ok 'the log of a path lists what touched it' 'as_admin log -l 100 service/local.pan >out && [ "$(wc -l <out)" = 1 ]'
ok 'an export is the tree, ready to be committed' '
    as_admin export copy && [ "$(find copy -name "*.pan" | wc -l)" = 7 ] && code 1 as_admin commit -m x copy && as_admin export --at 1 old && grep -q ntp1 old/service/time.pan'
ok 'a query prints the values of all nodes' '
    as_admin query "/system/network/hostname" >out && [ "$(wc -l <out)" = 3 ] && grep -qx "lxb003.example.org  /system/network/hostname  lxb003" out &&
    as_admin query --node "*1*" "/**/servers/*" | grep -q ntp4 && code 1 as_admin query /nothing'
ok 'answers are JSON when asked for' 'as_admin --json hosts | jq -e ".hosts | length == 3" && as_admin log --json | jq -e ".revisions[0].author == \"CN=admin,O=Weft\""'

# ---- sent twice
ok 'a commit with a key happens once' '
    body="{\"comment\":\"once\",\"once\":\"k1\",\"changes\":[{\"path\":\"service/once.pan\",\"text\":\"template service/once;\\n\"}]}"
    one=$(ask admin /api/v1/commit -d "$body" | jq -r "\"\(.state) \(.revision)\"") && two=$(ask admin /api/v1/commit -d "$body" | jq -r "\"\(.state) \(.revision)\"") &&
    [ "$one" = "done ${one#* }" ] && [ "$two" = "repeated ${one#* }" ]'

# ---- nodes
ok 'a node that fetched is not behind; one that did not is' '
    ask $b1 /profiles/$b1.xml -o /dev/null && as_admin status >out && ! grep -q "$b1" out && grep -q "lxb003.example.org .*never seen" out'
ok 'REQ-A-23: a report says what the node runs' '
    want=$(as_admin --json hosts | jq ".hosts[0].revision") &&
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"ok\",\"revision\":1,\"cid\":7,\"components\":[{\"name\":\"time\",\"status\":\"ok\"}]}" &&
    as_admin status | grep -q "$b1 .*runs 1 .*has not applied" &&
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"failed\",\"revision\":$want}" && as_admin status | grep -q "$b1 .*failed" &&
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"ok\",\"revision\":$want}" && ! as_admin status | grep -q "$b1" &&
    [ "$(status $b1 /api/v1/nodes/$b1/status -d "{\"status\":3}")" = 400 ]'
ok 'a failed node: which component, and why; nodes that were never seen are not behind' '
    want=$(as_admin --json hosts | jq ".hosts[0].revision")
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"failed\",\"revision\":$want,\"components\":[{\"name\":\"time\",\"status\":\"failed\",\"message\":\"no such file\"},{\"name\":\"ssh\",\"status\":\"ok\"}]}" &&
    as_admin status >out && head -1 out | grep -qx "revision [0-9]*: 1 failed, 2 never seen" && grep -q "$b1 .*failed: time: no such file$" out &&
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"failed\",\"revision\":1,\"message\":\"no space left\"}" && as_admin status >out &&
    head -1 out | grep -qx "revision [0-9]*: 1 node is behind, 2 never seen" && grep -q "$b1 .*has not applied its profile: no space left$" out &&
    ask $b1 /api/v1/nodes/$b1/status -d "{\"status\":\"ok\",\"revision\":$want}"'
ok 'status is one document of JSON, also with a session' '
    as_admin status --json | jq -es "length == 1 and (.[0] | .head > 0 and (.nodes | length) == 2 and (has(\"session\") | not))" && as_admin open && as_admin status --json >one.json &&
    as_admin close && jq -es "length == 1 and (.[0] | .head > 0 and (.nodes | length) == 2 and .session.session != \"\")" one.json'
ok 'it is remembered' 'sleep 2.5; server_kill && server_start && ! as_admin status | grep -q "$b1"'

# ---- keeping
ok 'everything proves right, compiled again too' 'as_admin verify --compile'
ok 'REQ-A-17: every change and refusal is in the audit log' 'as_admin audit >out && grep -q "refused  CN=admin,O=Weft" out && grep -q "open  *CN=anna,O=Weft" out && grep -q "commit" out'
ok 'REQ-A-1: a backup is a store' '
    as_admin backup monday && code 65 as_admin backup ../x && sed "s#^store .*#store = $scratch/backup/monday#;s#^listen .*#listen = 127.0.0.1:$(free_port)#" cdbd.conf >second.conf &&
    rm -f ready2 && mkfifo ready2 && { cdbd -f second.conf --pidfile "$scratch/second.pid" --ready-fd 3 3>ready2 2>second.log & } && [ "$(timeout 60 wc -c <ready2)" = 1 ] &&
    kill "$(cat second.pid)" && grep -q "serving revision $(as_admin log -l 1 | cut -d" " -f1): 3 profiles" second.log'
ok 'events tell of a commit' '
    { ask admin /api/v1/events -N --max-time 20 >events & } && until_true 5 grep -q "^event: hello" events && echo "# more" >>site/service/time.pan &&
    as_admin update --mine site && as_admin commit -m "an event" site && until_true 5 grep -q "^event: revision" events && grep -q "\"comment\":\"an event\"" events && grep -A1 "^event: work" events | grep -q "\"author\":\"CN=admin,O=Weft\",\"comment\":\"an event\"" &&
    until_true 10 eval "grep -A1 \"^event: work\" events | grep -qx \"data: {.commits.:\[\]}\""'
ok 'a folder that is of another server: the file that says so is named' '
    cp -R site elsewhere
    printf "revision = 5000\n" >elsewhere/.cdb-folder
    for command in "check" "commit -m x" "update"; do
        # shellcheck disable=SC2086  # several words
        code 65 as_admin $command elsewhere 2>err && grep -q "there is no revision" err && grep -q "^hint: .elsewhere/.cdb-folder. says .* revision 5000: of another server" err || exit 1
    done'
ok 'an option before its command hides nothing' '
    as_admin -l 1 log >out && [ "$(wc -l <out)" = 1 ] && as_admin --limit 1 log | cmp - out && as_admin --at 1 ls >out && as_admin ls --at 1 | cmp - out && as_admin -l ls >out && as_admin ls -l | cmp - out &&
    code 64 as_admin -l 1 lgo 2>err && grep -q "unknown command .lgo." err'
ok 'what TLS does not accept is named: authority, name, certificate, key' '
    cdb-pki -C other init >/dev/null
    cdb-pki -C other admin admin >/dev/null 2>&1
    while IFS="|" read -r what words <&3; do
        # shellcheck disable=SC2086  # several words
        if HOME=$PWD/home.admin cdb log --server "$url" --cert pki/admin.crt --key pki/admin.key --ca pki/ca.crt $what 2>err || grep -q "is cdbd running" err || ! grep -q "^hint: $words" err; then
            echo "$what"
            cat err
            exit 1
        fi
    done 3<<END
--ca other/ca.crt|the server.s certificate is not signed by .other/ca.crt.$
--ca none.crt|.none.crt. must be a readable file with the authority
--server https://cdb.localhost:$port|the server.s certificate is for other names than .cdb.localhost.:
--cert none.crt|the certificate .none.crt. and the key .pki/admin.key. must be readable
--key other/admin.key|the certificate .pki/admin.crt. and the key .other/admin.key. must
--cert other/admin.crt --key other/admin.key|the server does not accept the client certificate .other/admin.crt.
--server https://nowhere.invalid|is the server.s name right?$
END
    true'
ok 'no server: said so, to be tried again' 'server_stop && code 69 as_admin log 2>err && grep -q "is cdbd running there" err'
done_testing
