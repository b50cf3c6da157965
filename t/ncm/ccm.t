#!/bin/sh
# ccm shows what the cached profile says in every format, who said so, and what changed.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/ncm/node.sh"

cat >profile.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<nlist format="pan" name="profile">
  <nlist name="data">
    <list name="list"><boolean>true</boolean><double>2.0</double><nlist><string name="a">x</string></nlist></list>
    <string name="text">it's "5 &lt; 6" &amp; ü</string>
    <nlist name="empty"/>
  </nlist>
  <nlist name="software"><nlist name="components">
    <nlist name="filecopy"><nlist name="services"><nlist name="_2fetc_2fmotd"><string name="config">hi</string></nlist></nlist></nlist>
    <nlist name="metaconfig"><nlist name="services"><nlist name="_2fetc_2fx.conf"><nlist name="contents"><long name="port">7</long></nlist></nlist></nlist></nlist>
    <nlist name="ntp"><boolean name="active">true</boolean></nlist>
  </nlist></nlist>
</nlist>
END
sed -i s/_2fx.conf/_2fx_2econf/ profile.xml
printf '/data/list/0\tsite/base.pan:3:1\n/data/list/1\tsite/base.pan:4:1\n/data/text\tprofiles/lxb001.pan:12:7\n' >profile.origins
ccm-fetch 2>/dev/null || exit 99

# shows FORMAT PATH: the expected text is on standard input, without the report's last line end
shows() { { cat; echo; } >want && ccm --format "$@" >got && same want got; }

ok 'REQ-C-2: query: an indented tree' 'shows query /data <<END
+-/data
  +-empty
  +-list
    \$ 0 : true
    \$ 1 : 2.0
    +-2
      \$ a : '"'x'"'
  \$ text : '"'it's \"5 < 6\" & ü'"'
END'
ok 'query: the names of files are shown as people write them, and understood' 'shows query "/software/components/filecopy/services/{/etc/motd}" <<END
+-/software/components/filecopy/services/{/etc/motd}
  \$ config : '"'hi'"'
END'
ok 'REQ-C-2: ncmquery: with types' 'shows ncmquery /data/list <<END
+-/data/list
  \$ 0 : (boolean) '"'true'"'
  \$ 1 : (double) '"'2.0'"'
  +-2
    \$ a : (string) '"'x'"'
END'
ok 'REQ-C-2: pan: one assignment a line' 'shows pan /data <<END
"/data/list/0" = true; # boolean
"/data/list/1" = 2.0; # double
"/data/list/2/a" = "x"; # string
"/data/text" = "it'"'"'s \\"5 < 6\\" & ü"; # string
END'
ok 'REQ-C-2: pancxml: what is shown can be read as a profile again' '
    ccm --format pancxml >copy.xml && xmllint --noout copy.xml &&
    ccm-fetch --cache_root $scratch/copy --profile file://$scratch/copy.xml && ccm --format json >one && ccm --cache_root $scratch/copy --format json >two && same one two &&
    grep -qx "                <string name=\"a\">x</string>" copy.xml && grep -q "<!\[CDATA\[it.s \"5 < 6\" & ü\]\]>" copy.xml'
ok 'REQ-C-2: json: on one line; types are kept' '
    ccm --format json /data >got && jq -e ".text == \"it'"'"'s \\\"5 < 6\\\" & ü\" and .list[0] == true and .empty == {}" got &&
    grep -q "\[true,2.0,{" got'
ok 'REQ-C-2: jsonpretty: the same on many lines' '
    ccm --format jsonpretty /data >got && test "$(wc -l <got)" -gt 8 && ccm --format json /data | jq -S . >one && jq -S . got >two && same one two'
ok 'REQ-C-2: yaml' 'shows yaml /data <<END
---
empty: {}
list:
- true
- 2.0
- a: x
text: it'"'"'s "5 < 6" & ü
END'
ok 'REQ-C-2: tabcompletion: resources end in a slash; the same list is kept beside the profile' '
    ccm --format tabcompletion >got && grep -qx "/data/list/2/" got && grep -qx "/data/text" got &&
    { cat $node/var/lib/ccm/profile.1/tabcompletion; echo; } >want && same want got'
ok 'an unknown format is refused' 'code 1 ccm --format nonsense 2>err && grep -q "unknown format .nonsense." err'

ok 'components and files have options' '
    ccm --component ntp | grep -q "active : true" && ccm --metaconfig /etc/x.conf | grep -q "port : 7"'
ok 'several paths, missing ones are skipped' '
    ccm /data/nothing /data/text --profpath /data/empty,/nope >got && test "$(grep -c . got)" = 2'
ok 'a property alone' 'printf "\$ text : '"'it's \\\"5 < 6\\\" & ü'"'\n\n" >want; ccm /data/text >got && same want got'
ok 'REQ-C-10: get: the bare value; status 1 when there is none' '
    test "$(ccm get /data/list/1)" = 2.0 && test "$(ccm get /data/list/2)" = "{\"a\":\"x\"}" && code 1 ccm get /data/nothing'

ok 'REQ-C-6: why names the template line' '
    ccm why /data/text >got && grep -qx "/data/text = .* set by profiles/lxb001.pan:12:7" got && ccm why /data/list >got && test "$(wc -l <got)" = 2'
ok 'REQ-C-6: why of what is not there is a no' 'code 1 ccm why /data/nothing 2>err && grep -q "no ./data/nothing. in profile 1" err'

sed -i 's/name="a">x</name="a">y</; s/<nlist name="ntp">.*<\/nlist>$/<nlist name="cron"><boolean name="active">true<\/boolean><\/nlist>/' profile.xml
rm profile.origins
ccm-fetch 2>/dev/null
cat >want <<'END'
- /data/list/2/a = "x"
+ /data/list/2/a = "y"
+ /software/components/cron/active = true
- /software/components/ntp/active = true
END
ok 'REQ-C-8: diff tells what the last change did' 'code 1 ccm diff >got && same want got'
ok 'REQ-C-8: of a part, between any two, or nothing' '
    code 1 ccm diff /data >got && test "$(wc -l <got)" = 2 && code 1 ccm diff 2 1 /software/components/ntp >got && grep -q "^+ " got &&
    code 0 ccm diff 1 1 && code 0 ccm diff /data/text'
ok 'why and diff in JSON for scripts' '
    code 1 ccm diff --json >got && jq -es "length == 1 and (.[0] | length > 0 and all(.path != \"\" and (has(\"before\") or has(\"after\"))))" got &&
    test "$(jq length got)" = "$(ccm diff | cut -d" " -f2 | sort -u | wc -l)" && test "$(ccm diff --json 1 1)" = "[]" &&
    ccm --cid 1 why /data/text --json | jq -e "length == 1 and .[0].path == \"/data/text\" and .[0].where == \"profiles/lxb001.pan:12:7\""'
ok 'REQ-C-6: why without origins says what is missing' 'code 1 ccm why /data/text 2>err && grep -q "came without origins" err && ccm --cid 1 why /data/text'
ok 'REQ-C-8: history, newest first' '
    ccm history >got && sed -n 1p got | grep -q "^ *2 .* 3 changes .* current latest" && sed -n 2p got | grep -q "^ *1 "'
ok 'older profiles can be asked, by number or age' '
    test "$(ccm --cid 1 get /data/list/2/a)" = x && test "$(ccm --cid -1 get /data/list/2/a)" = x && test "$(ccm --cid latest get /data/list/2/a)" = y &&
    test "$(ccm --showcids)" = 1,2'
ok 'REQ-C-8: verify finds every profile good' 'ccm verify 1 2 >got && printf "profile 1: good\nprofile 2: good\n" >want && same want got'
ok 'REQ-C-8: and a changed byte bad' '
    cp -r $node/var/lib/ccm broken && perl -0pi -e "s/it.s/it-s/" broken/profile.2/eid2data.db && code 65 ccm --cache_root $scratch/broken verify >got &&
    grep -q "./data/text. has another checksum than its value" got && code 65 ccm --cache_root $scratch/broken verify 2'
ok 'REQ-C-8: a rollback keeps an older profile, whatever is fetched, until released' '
    ccm rollback 1 && test "$(ccm get /data/list/2/a)" = x && sed -i "s/>y</>z</" profile.xml && ccm-fetch && test "$(ccm get /data/list/2/a)" = x &&
    ccm history | grep -q "^ *1 .* current pinned" && ccm release && test "$(ccm get /data/list/2/a)" = z && code 1 ccm release'
ok 'the databases as text' '
    ccm --dumpdb >got && grep -qx "/data/text => [0-9a-f]*" got && grep -qx "  t: boolean" got && grep -qx "/ (0) =>" got'
ok 'no cache is said to be none' 'code 74 ccm --cache_root /nonexistent 2>err && grep -q "no profile cache in ./nonexistent." err'
done_testing
