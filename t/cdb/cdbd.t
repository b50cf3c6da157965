#!/bin/sh
# cdbd publishes what was committed, to those who may read it, in the forms nodes ask for, and nothing else.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org b2=lxb002.example.org

ok 'it makes its store and says when it answers' server_start
ok 'a second server on the same store is refused' '
    code 75 cdbd -f cdbd.conf --pidfile "$scratch/other.pid" 2>err &&
    echo "cdbd: error: the store '\''$scratch/store'\'' is in use by process $(cat cdbd.pid)" >want &&
    echo "hint: one cdbd serves a store; give the second one a store of its own" >>want &&
    same want err'
ok 'a commit of a folder publishes its nodes' '
    as_admin commit -m first -I profiles -I . site >out &&
    sed "s/[0-9.]* s$/T/" out >got &&
    echo "revision 1: 6 files, 3 objects compiled, 3 profiles changed, T" >want &&
    echo "nodes: lxb001.example.org lxb002.example.org lxb003.example.org" >>want &&
    same want got'

# ---- who
ok 'a node reads its own profile' '[ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
ok 'REQ-A-13: a node reads no other' '
    [ "$(status $b1 /profiles/$b2.xml)" = 403 ] &&
    ask $b1 /profiles/$b2.xml | jq -e ".error == \"'\''CN=lxb001.example.org,O=Weft'\'' may not read the profile of '\''lxb002.example.org'\''\""'
ok 'it does not even learn whether there is another' '[ "$(status $b1 /profiles/lxb999.example.org.xml)" = 403 ]'
ok 'an administrator reads all' '[ "$(status admin /profiles/$b2.xml)" = 200 ] && [ "$(status admin /profiles/lxb999.xml)" = 404 ]'
ok 'a proxy reads what fits its patterns' '[ "$(status boot /profiles/$b1.xml)" = 200 ] && [ "$(status boot /profiles/$b2.xml)" = 403 ]'
ok 'a certificate that is named nowhere reads nothing' '[ "$(status stranger /profiles/$b1.xml)" = 403 ]'
ok 'no certificate, no connection' '! curl -sS --cacert pki/ca.crt "$url/profiles/$b1.xml"'
ok 'the certificate of another authority is no better' '
    cdb-pki -C other init && cdb-pki -C other node $b1 &&
    ! curl -sS --cert other/$b1.crt --key other/$b1.key --cacert pki/ca.crt "$url/profiles/$b1.xml"'
ok 'only administrators change or look around' '
    for path in tree export hosts revisions sessions nodes query metrics templates/service/base.pan; do
        [ "$(status $b1 /api/v1/$path)" = 403 ] || { echo "$path"; exit 1; }
    done
    for path in commit check revert sessions verify backup; do
        [ "$(status $b1 /api/v1/$path -d "{}")" = 403 ] || { echo "$path"; exit 1; }
    done
    code 77 as stranger commit -m x site'
ok 'a node reports for itself only' '
    [ "$(status $b1 /api/v1/nodes/$b2/status -d "{\"status\":\"ok\"}")" = 403 ] && [ "$(status admin /api/v1/nodes/$b2/status -d "{\"status\":\"ok\"}")" = 403 ]'

# ---- forms
ok 'REQ-A-18, REQ-A-21: XML is ASCII and a profile' '
    ask $b1 /profiles/$b1.xml >p.xml &&
    ! LC_ALL=C grep -q "[^ -~]" p.xml && grep -q "Gen&#232;ve\|Gen&#xE8;ve\|Gen&#xe8;ve" p.xml &&
    [ "$(xmllint --xpath "string(//*[@name=\"hostname\"])" p.xml)" = lxb001 ]'
ok 'REQ-A-18, REQ-A-21: JSON is ASCII and the same tree' '
    ask $b1 /profiles/$b1.json >p.json &&
    ! LC_ALL=C grep -q "[^ -~]" p.json &&
    jq -e ".system.site == \"Genève\" and .software.components.time.servers == [\"ntp1.example.org\"]" p.json'
ok 'REQ-A-18: the old prefix is understood' 'ask $b1 /profiles/profile_$b1.xml | cmp - p.xml && ask $b1 /profiles/profile_$b1.json | cmp - p.json'
ok 'origins name the line of each value' '
    ask $b1 /profiles/$b1.origins >origins &&
    grep -qxP "/software/components/time/servers/0\tservice/time.pan:9:[0-9]+" origins &&
    grep -qxP "/system/site\tservice/base.pan:3:[0-9]+" origins'
ok 'REQ-A-18: the index lists what the asker may read' '
    ask admin /profiles/profiles-info.xml >index &&
    [ "$(xmllint --xpath "count(/profiles/profile)" index)" = 3 ] &&
    [ "$(xmllint --xpath "string(/profiles/profile[1])" index)" = profile_$b1.xml ] &&
    xmllint --xpath "string(/profiles/profile[1]/@mtime)" index | grep -qx "[0-9]\{10\}" &&
    [ "$(ask $b2 /profiles/profiles-info.xml | xmllint --xpath "string(/profiles)" - | tr -d " \n")" = profile_$b2.xml ]'

# ---- conditions and encodings
ask $b1 /profiles/$b1.xml -D head -o /dev/null
etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/ip' head) modified=$(sed -n 's/^Last-Modified: \(.*\)\r$/\1/ip' head)
ok 'REQ-A-19: an answer has ETag, Last-Modified and the revision' '
    echo "$etag" | grep -qx "\"[0-9a-f]\{32\}\"" && [ "$modified" ] && grep -qi "^X-Weft-Revision: 1" head && grep -qi "^Content-Type: text/xml" head'
ok 'REQ-A-19: 304 for the same ETag, without a body' '
    ask $b1 /profiles/$b1.xml -H "If-None-Match: $etag" -D h -o body &&
    grep -q "^HTTP/1.1 304" h && ! [ -s body ]'
ok 'REQ-A-19: 304 for the same time' '[ "$(status $b1 /profiles/$b1.xml -H "If-Modified-Since: $modified")" = 304 ]'
ok '200 for another ETag, though the time is the same' '
    [ "$(status $b1 /profiles/$b1.xml -H "If-None-Match: \"x\"" -H "If-Modified-Since: $modified")" = 200 ]'
ok 'REQ-A-19: HEAD has the head alone' 'ask $b1 /profiles/$b1.xml --head | grep -qi "^ETag: $etag"'
for accept in 'gzip' 'gzip x-gzip x-bzip2 deflate' 'deflate, gzip;q=0.5'; do
    ok "REQ-A-20: gzip for '$accept'" '
        ask $b1 /profiles/$b1.xml -H "Accept-Encoding: $accept" -D h -o body &&
        grep -qi "^Content-Encoding: gzip" h && gunzip -c body | cmp - p.xml'
done
ok 'plain text for who does not ask, or refuses' '
    ask $b1 /profiles/$b1.xml -H "Accept-Encoding: gzip;q=0" -D h | cmp - p.xml && ! grep -qi "^Content-Encoding" h'
for form in xml json; do
    ok "REQ-A-20: the name $form.gz is the inner type, gzip-encoded, asked for or not" '
        ask $b1 /profiles/$b1.$form.gz -D h -o body &&
        grep -qi "^Content-Encoding: gzip" h && grep -qi "^Content-Type: \(text/xml\|application/json\)" h &&
        gunzip -c body | cmp - p.$form'
done

# ---- tricks
ok 'paths lead nowhere else' '
    for path in /profiles/../cdbd.conf /profiles/%2e%2e/cdbd.conf /profiles/..%2fcdbd.conf.xml /profiles/a%2f..%2f$b1.xml \
                /profiles/$b1.xml%00 /profiles//etc/passwd /profiles/ /profiles/.xml /profiles/$b1 /etc/passwd /api/v1/templates/../../x; do
        case $(status admin "$path") in 400 | 403 | 404) ;; *) echo "$path"; exit 1 ;; esac
    done'
ok 'a request that is none of ours is refused' '
    [ "$(status admin /api/v1/nothing)" = 404 ] && [ "$(status admin /api/v1/hosts -X PUT)" = 405 ] &&
    [ "$(status admin /api/v1/check -d "{")" = 400 ] && [ "$(status admin /api/v1/check -d "[]")" = 400 ] &&
    [ "$(status admin /api/v1/check -d "{\"changes\":[{\"path\":\"../x\",\"text\":\"\"}]}")" = 400 ] &&
    [ "$(status admin "/api/v1/tree?at=99")" = 400 ]'
ok 'a body beyond the limit is refused' '
    head -c 2000000 /dev/zero >big &&
    [ "$(status admin /api/v1/revert --data-binary @big)" = 413 ]'
ok 'it is alive and well' '
    [ "$(ask $b1 /api/v1/health | jq -r .status)" = ok ] &&
    ask admin /api/v1/metrics >metrics &&
    grep -qx "cdbd_revision 1" metrics && grep -qx "cdbd_profiles 3" metrics && [ "$(sed -n "s/^cdbd_requests_refused_total //p" metrics)" -gt 10 ]'

# ---- what comes after
ok 'REQ-A-19: a change gives a new ETag and a later time, even within the same second' '
    sed -i s/ntp1/ntp2/ site/service/time.pan &&
    as_admin commit -m second site &&
    [ "$(status $b1 /profiles/$b1.xml -H "If-None-Match: $etag")" = 200 ] &&
    [ "$(status $b1 /profiles/$b1.xml -H "If-Modified-Since: $modified")" = 200 ] &&
    [ "$(status $b2 /profiles/$b2.xml -H "If-Modified-Since: $modified")" = 304 ]'
ok 'REQ-A-22: while commits change it a profile is there, whole, whenever it is asked for' '
    (while [ ! -e enough ]; do ask $b1 /profiles/$b1.xml -o seen -w "%{http_code}\n" && xmllint --noout seen && sed -n "s/.*>ntp\([0-9]*\)\..*/\1/p" seen >>values; done) >codes 2>&1 & asker=$!
    for i in 11 12 13 14 15 16; do sed -i "s/ntp[0-9]*/ntp$i/" site/service/time.pan && as_admin commit -m "$i" site >/dev/null || exit 1; done
    until_true 20 eval "tail -1 values | grep -qx 16"; touch enough; wait $asker
    cat codes; [ "$(sort -u codes)" = 200 ] && [ "$(wc -l <codes)" = "$(wc -l <values)" ] && sort -nc values'
ok 'a node whose template is removed has no profile any more' '
    mv site/profiles/lxb003.example.org.pan away && as_admin commit -m "lxb003 is gone" site &&
    [ "$(status lxb003.example.org /profiles/lxb003.example.org.xml)" = 404 ] &&
    mv away site/profiles/lxb003.example.org.pan && as_admin commit -m "it is back" site &&
    [ "$(status lxb003.example.org /profiles/lxb003.example.org.xml)" = 200 ]'
ok 'everything is there after SIGKILL' '
    ask $b1 /profiles/$b1.xml -D before >p2.xml
    server_kill
    server_start
    ask $b1 /profiles/$b1.xml -D after | cmp - p2.xml
    grep -i "^etag\|^last-mod" before >want
    grep -i "^etag\|^last-mod" after >got; same want got'
ok 'a revoked certificate is out as soon as the list is read' '
    echo "crl = $scratch/pki/ca.crl" >>cdbd.conf
    server_stop && server_start && [ "$(status $b2 /profiles/$b2.xml)" = 200 ] &&
    cp pki/$b2.crt kept.crt && cdb-pki -C pki revoke $b2 &&
    kill -HUP "$(cat cdbd.pid)" && cp kept.crt pki/$b2.crt &&
    until_true 10 sh -c "! curl -sS --cert pki/$b2.crt --key pki/$b2.key --cacert pki/ca.crt $url/profiles/$b2.xml" &&
    [ "$(status $b1 /profiles/$b1.xml)" = 200 ]'
ok 'the certificates of an authority the site has do as well, with another between it and them' '
    new() { openssl req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout "own/$1.key" -subj "/O=Site/CN=$1" -new 2>/dev/null; }
    sign() { new "$1" | openssl x509 -req -CA "own/$2.crt" -CAkey "own/$2.key" -days 2 -extfile own/ext -out "own/$1.crt" 2>/dev/null; }
    mkdir own
    openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout own/root.key -subj /O=Site/CN=root -days 2 -out own/root.crt 2>/dev/null
    echo "basicConstraints = critical, CA:true" >own/ext
    sign between root
    echo "subjectAltName = DNS:localhost" >own/ext
    sign server between
    echo "subjectAltName = DNS:$b1" >own/ext
    sign "$b1" between
    cat own/between.crt >>own/server.crt
    cat own/between.crt >>"own/$b1.crt"
    sed "s,^certificate .*,certificate = $scratch/own/server.crt,; s,^key .*,key = $scratch/own/server.key,; s,^ca .*,ca = $scratch/own/root.crt,; /^crl/d" cdbd.conf >own.conf
    server_stop
    mv cdbd.conf kept.conf
    mv own.conf cdbd.conf
    server_start
    own() { curl -sS --cert "own/$b1.crt" --key "own/$b1.key" --cacert own/root.crt -o /dev/null -w "%{http_code}\n" "$url$1"; }
    [ "$(own /profiles/$b1.xml)" = 200 ]
    [ "$(own /profiles/$b2.xml)" = 403 ]
    not curl -sS --cert "pki/$b1.crt" --key "pki/$b1.key" --cacert own/root.crt "$url/profiles/$b1.xml"
    server_stop
    mv kept.conf cdbd.conf
    server_start'
ok 'settings that make no sense are pointed at' '
    echo "lisen = :1" >wrong.conf &&
    code 78 cdbd -n -f wrong.conf 2>err &&
    grep -q "wrong.conf:1:1: error: unknown" err && grep -q "did you mean .listen" err'
done_testing
