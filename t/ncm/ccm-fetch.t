#!/bin/sh
# ccm-fetch brings the profile into the cache; whatever goes wrong, the last good one stays, the reason is told,
# and the next attempt is not suppressed.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

mkdir www
perl "$WEFT_SRC/t/ncm/httpd.pl" "$scratch/www" >port 2>httpd.log & httpd=$!
cleanup() { kill $httpd $tls $reader 2>/dev/null; }
until_true 5 test -s port || exit 99
url=http://127.0.0.1:$(cat port)/lxb001.xml
# publish VALUE [FILE]
publish() { printf '<nlist format="pan" name="profile"><string name="v">%s</string><string name="w">ü</string></nlist>' "$1" >"www/${2:-lxb001.xml}"; }
fetch() { ccm-fetch --profile "$url" --get_timeout 1 "$@" 2>err; }
value() { ccm get /v; }
requests() { cat www/requests; rm -f www/requests; }

publish one
printf '/v\tsite.pan:1:2\n' >www/lxb001.origins
ok 'REQ-C-2: a first fetch makes the cache' '
    fetch && test "$(value)" = one && test "$(cat $node/var/lib/ccm/current.cid)" = 1 && test "$(cat $node/var/lib/ccm/global.lock)" = no &&
    test "$(cat $node/var/lib/ccm/profile.1/profile.url)" = "$url" && cmp www/lxb001.xml $node/var/lib/ccm/profile.1/profile &&
    jq -e ".revision == 57" $node/var/lib/ccm/profile.1/fetched && ccm why /v | grep -q "site.pan:1:2"'
ok 'C.6: letters beyond ASCII are what they were, whatever charset a server says' 'test "$(ccm get /w)" = ü'
ok 'REQ-C-2: the body is kept under the name of its URL, with the date of the server' '
    data=$node/var/lib/ccm/data/$(printf %s "$url" | base64 -w0 | tr / _) && cmp www/lxb001.xml "$data" &&
    test "$(stat -c %Y "$data")" = "$(stat -c %Y www/lxb001.xml)"'
requests >/dev/null
ok 'REQ-C-4: then it asks for changes only' '
    fetch && test "$(value)" = one && requests >got && grep -q "^/lxb001.xml \"[0-9a-f]*\" since$" got && test "$(wc -l <got)" = 1 && test "$(ccm --showcids)" = 1'
publish two
ok 'a change comes' 'fetch && test "$(value)" = two'
ok 'force stores again' 'fetch --force && test "$(ccm --showcids)" = 1,2,3 && test "$(value)" = two'

# ---- what goes wrong
good() { test "$(value)" = two && test "$(ccm --showcids)" = 1,2,3; }
# fails 'text in the reason': status 2, and the cache as it was
fails() { code 2 fetch && good && grep -q "$1" err; }
publish three
echo cut >www/mode
ok 'REQ-C-3, REQ-C-4: a body that breaks off' 'fails "cut short"'
echo short >www/mode
ok 'REQ-C-3: a profile that was cut before it was served: the message says where it ends' 'fails "is no usable profile"'
echo error >www/mode
ok 'REQ-C-3: a server with an error' 'fails "answered 503"'
echo hang >www/mode
ok 'REQ-C-3: a server that does not answer' 'fails "no answer within the time"'
echo garbage >www/mode
ok 'REQ-C-3: a server that speaks nonsense' 'fails "cannot get"'
rm www/mode
mv www/lxb001.xml aside
ok 'a profile that is gone' 'fails "answered 404"'
mv aside www/lxb001.xml
ok 'a dead server' 'code 2 ccm-fetch --profile http://127.0.0.1:1/x.xml 2>err && good && grep -q "127.0.0.1:1" err'
ok 'REQ-C-3: after all that, the next fetch brings the change' 'fetch && test "$(value)" = three'

printf '<nlist format="pan" name="profile"><string name="v">' >www/lxb001.xml
ok 'REQ-C-3, C.6: a damaged profile does not hide the next good one, even with an older date' '
    code 2 fetch && test "$(value)" = three && code 2 fetch && publish four && touch -d "1 hour ago" www/lxb001.xml && fetch && test "$(value)" = four'
printf '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY e SYSTEM "file:///etc/passwd">]><nlist format="pan" name="profile"><string name="v">&e;</string></nlist>' >www/lxb001.xml
ok 'REQ-C-4: entities are refused' 'code 2 fetch && test "$(value)" = four'
publish five; touch -d "+1 day" www/lxb001.xml
ok 'C.6: a date in the future is used, told, and blocks nothing' '
    fetch && test "$(value)" = five && grep -q "in the future" err && publish six && touch -d "-1 day" www/lxb001.xml && fetch && test "$(value)" = six'

publish other other.xml
ok 'the failover server is asked when the first gives nothing' '
    ccm-fetch --profile http://127.0.0.1:1/x.xml --profile_failover http://127.0.0.1:2/y.xml,http://127.0.0.1:$(cat port)/other.xml 2>err && test "$(value)" = other && grep -c "try 1 of 1" err | grep -qx 2'
ok 'another URL is another profile: nothing is conditional' 'requests >/dev/null; fetch && test "$(value)" = six && requests | grep -q "^/lxb001.xml - -$"'

printf '{"v": "from json", "n": 1, "d": 1.5}' >www/j.json
gzip -c www/j.json >www/j.json.gz
ok 'JSON, by the ending; compressed too' '
    for e in json json.gz; do ccm-fetch --profile http://127.0.0.1:$(cat port)/j.$e && test "$(value)" = "from json" && ccm --format ncmquery | grep -q "n : (long) .1." || return 1; done'
ok 'numbers of JSON can be texts' 'ccm-fetch --force --nojson_typed --profile http://127.0.0.1:$(cat port)/j.json && ccm --format ncmquery | grep -q "n : (string) .1."'
ok 'REQ-C-1: DB_File caches are made and read, what was there stays readable' '
    ccm-fetch --dbformat DB_File --profile file://$scratch/www/other.xml && test "$(value)" = other && test "$(cat $node/var/lib/ccm/profile.$(ccm --showcids | sed s/.*,//)/eid2data.fmt)" = DB_File && test "$(ccm --cid 1 get /v)" = one'

# ---- the disk, the lock, the switch
if mkdir small && mount -t tmpfs -o size=200k none small 2>/dev/null; then
    ccm-fetch --cache_root "$scratch/small/ccm" --profile file://$scratch/www/other.xml
    dd if=/dev/zero of=small/fill bs=1k count=1000 2>/dev/null
    ok 'REQ-C-3: on a full disk the old profile stays, whole' '
        publish full && code 2 ccm-fetch --cache_root $scratch/small/ccm --profile file://$scratch/www/lxb001.xml 2>err && grep -qi "no space" err &&
        ccm --cache_root $scratch/small/ccm verify && test "$(ccm --cache_root $scratch/small/ccm get /v)" = other'
    rm small/fill
    ok 'and with space again the new one comes' 'ccm-fetch --cache_root $scratch/small/ccm --profile file://$scratch/www/lxb001.xml && test "$(ccm --cache_root $scratch/small/ccm get /v)" = full'
    umount small
else
    skip 'on a full disk the old profile stays, whole' 'no small file system can be mounted'
fi
ok 'a second fetch waits for the first, and says who it is' '
    code 2 flock $node/var/lib/ccm/fetch.lock ccm-fetch --lock_retries 1 --lock_wait 0 --profile $url 2>err && grep -q "is locked by process" err'
ok 'REQ-C-2: noquattor stops it, unless forced' '
    echo moving >$node/etc/noquattor; code 3 fetch
    grep -q moving err
    fetch --force-quattor
    rm $node/etc/noquattor'
ok 'REQ-C-2: wrong settings need someone to look: status 1, line and hint' '
    printf "profile x\n\n# c\ncach_root /x\n" >bad.conf && code 1 ccm-fetch --cfgfile bad.conf 2>err && grep -q "bad.conf:4:1: error: unknown setting .cach_root." err && grep -q "did you mean .cache_root." err &&
    echo "profile a b" >bad.conf && code 1 ccm-fetch --cfgfile bad.conf && code 1 ccm-fetch --cfgfile /nonexistent && code 1 ccm-fetch --profile "ftp://x/y" && code 1 ccm-fetch --profile "http://x/\$(id)" && code 1 ccm-fetch --nosuch'
ok 'messages can go to a file' 'ccm-fetch -v --logfile $scratch/fetch.log --profile $url && grep -q unchanged fetch.log && code 1 ccm-fetch --logfile /nonexistent/x'
ok 'REQ-C-5: old profiles go when a new one came' '
    publish p1
    fetch --cache_root $scratch/purged
    for i in 2 3 4 5; do publish p$i; fetch --cache_root $scratch/purged --keep_old 1 --purge_time 0 || return 1; done
    test "$(ccm --cache_root $scratch/purged --showcids)" = 4,5 && ccm --cache_root $scratch/purged verify'
ok 'a pipe can be the settings' 'echo "profile $url" | ccm-fetch --cfgfile /dev/stdin'
ok 'names become URLs' 'code 2 ccm-fetch --profile __HOST__ --base_url file://$scratch/www 2>err && grep -q "profile_$(hostname -s | tr A-Z a-z).xml" err'
ok 'REQ-C-7: others may read only when told so' '
    test "$(stat -c %a $node/var/lib/ccm/current.cid)" = 600 && ccm-fetch --force --world_readable --profile $url &&
    test "$(stat -c %a $node/var/lib/ccm/current.cid)" = 644 && test "$(stat -c %a $node/var/lib/ccm)" = 755 &&
    test "$(stat -c %a $node/var/lib/ccm/profile.$(cat $node/var/lib/ccm/current.cid)/eid2data.db)" = 644'
ok 'a foreign profile has a cache of its own, with one copy' '
    for i in 1 2 3; do publish f$i other.xml; ccm-fetch --foreign --cache_root $scratch/foreign --profile http://127.0.0.1:$(cat port)/other.xml || return 1; done
    test "$(ccm --cache_root $scratch/foreign --showcids)" = 3'

ok 'a cache whose small files are damaged mends itself' '
    publish seven; echo garbage >$node/var/lib/ccm/latest.cid; : >$node/var/lib/ccm/current.cid; code 65 ccm get /v; fetch && test "$(value)" = seven && grep -q "not usable, fetching it anew" err &&
    rm -r $node/var/lib/ccm/profile.$(cat $node/var/lib/ccm/current.cid) && fetch && test "$(value)" = seven'

# ---- a kill between two writes, made by hand
latest() { cat $node/var/lib/ccm/latest.cid; }
ok 'REQ-C-3: a profile that was stored but not yet current becomes so, though the server has nothing new' '
    publish eight; fetch; test "$(value)" = eight; echo "$(($(latest) - 1))" >$node/var/lib/ccm/current.cid; test "$(value)" = seven
    fetch; test "$(value)" = eight'
ok 'REQ-C-3: server tags that belong to an older profile do not hide its return' '
    data=$node/var/lib/ccm/data/$(printf %s "$url" | base64 -w0 | tr / _)
    publish nine; fetch; cp -p "$data" old; cp "$data.etag" old.etag
    publish ten; fetch; cp -p old "$data"; cp old.etag "$data.etag"
    publish nine; fetch; test "$(value)" = nine'

# ---- TLS
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost >/dev/null 2>&1
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca2.key -out ca2.pem -days 2 -subj /CN=other >/dev/null 2>&1
tlsport=$(free_port)
(cd www && exec openssl s_server -quiet -WWW -port "$tlsport" -cert ../cert.pem -key ../key.pem >/dev/null 2>&1) & tls=$!
publish secret
until_true 5 sh -c "ccm-fetch --ca_file cert.pem --profile https://localhost:$tlsport/lxb001.xml 2>/dev/null"
ok 'over TLS, from a server we trust' 'test "$(value)" = secret'
publish evil
ok 'a certificate of somebody else is refused, by name' '
    code 2 ccm-fetch --ca_file ca2.pem --profile https://localhost:$tlsport/lxb001.xml 2>err && grep -q "localhost:$tlsport: the server.s certificate is not accepted" err && test "$(value)" = secret'
ok 'so is one for another name' '
    code 2 ccm-fetch --ca_file cert.pem --profile https://127.0.0.1:$tlsport/lxb001.xml 2>err && test "$(value)" = secret'

# ---- kill it, again and again: a reader always sees a whole profile
cat >reader.sh <<'END'
while :; do
    a=$(ccm get /v) && b=$(ccm --format json | jq -r .v) || { echo "unreadable" >>bad; continue; }
    case $a in n[0-9]*) ;; *) echo "odd: $a" >>bad ;; esac
    echo x >>seen
done
END
publish n0; fetch
sh reader.sh 2>>reader.err & reader=$!
for i in $(seq 1 60); do
    publish "n$i"
    ccm-fetch --profile "$url" 2>/dev/null & pid=$!
    sleep "0.0$((i % 7))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
done
until_true 10 test -s seen
kill $reader; wait $reader 2>/dev/null; reader=
ok 'REQ-C-3: killed sixty times, no reader saw anything but a whole profile' 'test ! -e bad && test -s seen || { cat bad reader.err; false; }'
ok 'REQ-C-3: and the next fetch needs no repair' 'fetch && test "$(value)" = n60 && ccm verify -- current -1 -2 -3 && test -z "$(ls $node/var/lib/ccm/tmp)"'
done_testing
