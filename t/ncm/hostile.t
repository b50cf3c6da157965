#!/bin/sh
# REQ-C-4 (its limit on size: t/base/curl.cc). Profiles nobody should send: the node keeps the one it has, says why, and stays small; big ones it takes.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"
profile '' '<string name="v">good</string>'
ccm-fetch 2>fetch.log || exit 99
# refused 'message': what is published now is not stored, and the message says why
refused() { code 2 ccm-fetch 2>err && grep -q -- "$1" err && test "$(ccm get /v)" = good && ccm verify && echo good || { tail -3 err | cut -c1-300; false; }; }
publish() { cat >profile.xml; }

echo secret >secret
publish <<END
<?xml version="1.0"?><!DOCTYPE nlist [<!ENTITY x SYSTEM "file://$scratch/secret">]><nlist format="pan" name="profile"><string name="v">&x;</string></nlist>
END
ok 'REQ-C-4: an external entity is not read' 'refused "no usable profile"'
publish <<'END'
<?xml version="1.0"?><!DOCTYPE nlist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><nlist format="pan" name="profile"><string name="v">&d;&d;&d;&d;&d;</string></nlist>
END
ok 'REQ-C-4: entities that multiply do not' 'refused "no usable profile"'
publish <<'END'
<?xml version="1.0"?><!DOCTYPE nlist SYSTEM "http://127.0.0.1:1/x.dtd"><nlist format="pan" name="profile"><string name="v">x</string></nlist>
END
ok 'REQ-C-4: an external DTD is not fetched' 'refused "no usable profile"'
publish <<'END'
<?xml version="1.0"?><nlist format="pan" name="profile"><string name="v">one</string><string name="v">two</string></nlist>
END
ok 'a name that comes twice' 'refused "no usable profile"'
printf '<?xml version="1.0" encoding="UTF-8"?><nlist format="pan" name="profile"><string name="v">\377\376</string></nlist>' | publish
ok 'bytes that are no UTF-8' 'refused "no usable profile"'
printf '<nlist format="pan" name="profile"><long name="v">twelve</long></nlist>' | publish
ok 'a long that is no number' 'refused "no usable profile"'
printf '<html><body>maintenance</body></html>' | publish
ok 'a page instead of a profile' 'refused "no usable profile"'
: | publish
ok 'nothing at all' 'refused "no usable profile"'
perl -e 'print "<nlist format=\"pan\" name=\"profile\">"; print "<nlist name=\"a\">" x 20000; print "</nlist>" x 20000; print "</nlist>"' | publish
ok 'REQ-C-4: a depth beyond all reason' 'refused "no usable profile"'
perl -e 'print "{\"a\":" x 200000' >profile.json
ok 'the same in JSON' 'code 2 ccm-fetch --profile file://$scratch/profile.json 2>err && grep -q "no usable profile" err && test "$(ccm get /v)" = good'
printf '{"v": 1, "v": 2}' >profile.json
ok 'a key that comes twice in JSON' 'code 2 ccm-fetch --profile file://$scratch/profile.json 2>err && grep -q "no usable profile" err && test "$(ccm get /v)" = good'

perl -e 'print "<nlist format=\"pan\" name=\"profile\">"; print "<nlist name=\"a\">" x 9000; print "<string name=\"v\">deep</string>"; print "</nlist>" x 9000; print "</nlist>"' | publish
ok 'nine thousand levels are stored and found' 'ccm-fetch 2>err && ccm verify && test "$(ccm get $(perl -e "print q(/a) x 9000")/v)" = deep'
perl -e 'print "<nlist format=\"pan\" name=\"profile\"><list name=\"l\">"; print "<long>$_</long>" for 1 .. 1000000; print "</list><string name=\"v\">big</string></nlist>"' | publish
ok 'a million elements are stored and found' 'ccm-fetch 2>err && test "$(ccm get /l/999999)" = 1000000 && test "$(ccm get /v)" = big'
profile '' '<string name="v">small again</string>'
ok 'and the node goes on' 'ccm-fetch 2>err && test "$(ccm get /v)" = "small again"'

# ---- the folder and the clock
if [ "$(id -u)" != 0 ]; then
    profile '' '<string name="v">new</string>'
    ok 'a cache that may not be written: the profile we have stays' '
        chmod a-w $node/var/lib/ccm
        code 2 ccm-fetch 2>err
        chmod u+w $node/var/lib/ccm; grep -q "cannot" err && test "$(ccm get /v)" = "small again"'
elif unshare -m true 2>unshare.err; then
    profile '' '<string name="v">new</string>'
    ok 'a cache that may not be written: the profile we have stays' '
        not unshare -m sh -c "mount --bind $node/var/lib/ccm $node/var/lib/ccm && mount -o remount,ro,bind $node/var/lib/ccm && ccm-fetch" 2>err
        grep -q "Read-only" err && test "$(ccm get /v)" = "small again"'
else
    skip 'a cache that may not be written: the profile we have stays' 'root, and no namespaces'
fi
touch -d '2040-01-01' "$node"/var/lib/ccm/data/* "$node/var/lib/ccm/current.cid"
ok 'after a jump of the clock the next profile is fetched all the same' 'profile "" "<string name=\"v\">later</string>" && ccm-fetch 2>err && test "$(ccm get /v)" = later'
done_testing
