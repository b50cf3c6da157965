#!/bin/sh
# REQ-A-15: questions over the desired values of all nodes, as table, JSON, CSV and SQL, answered from an index that
# every commit keeps and that verify proves.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
cat >>site/profiles/lxb001.example.org.pan <<'END'
'/hardware/ram' = 4096;
'/hardware/cards' = list('eth0', 'ib0');
'/hardware/note' = "a \"quoted\", it's";
END
echo "'/hardware/ram' = 512;" >>site/profiles/lxb002.example.org.pan
echo "'/hardware/load' = 1.5;" >>site/profiles/lxb003.example.org.pan
server_start || exit 99
as_admin commit -m first -I profiles -I . site >/dev/null 2>err || { cat err; exit 99; }
query() { as_admin query "$@"; }

ok 'REQ-A-15: rows of one path, by node' '
    query /hardware/ram >got && printf "lxb001.example.org  /hardware/ram  4096\nlxb002.example.org  /hardware/ram  512\n" >want && same want got'
ok 'REQ-A-15: a row has node, path, type, value, revision' '
    query --json /hardware/ram >got && jq -e ".revision == 1 and .complete and .rows[0] ==
        {node: \"lxb001.example.org\", path: \"/hardware/ram\", type: \"long\", value: 4096, revision: 1}" got'
ok 'REQ-A-15: stars for steps, two for any number of them' '
    [ "$(query "/hardware/*" | wc -l)" = 4 ] && [ "$(query "/hardware/*/*" | wc -l)" = 2 ] && [ "$(query "/**/hostname" | wc -l)" = 3 ] &&
    [ "$(query "/hard*/c*/1" | cut -c21-)" = "/hardware/cards/1  ib0" ] && [ "$(query "/**" | wc -l)" -gt 10 ] && code 1 query /hardware'
ok 'REQ-A-15: comparisons: numbers as numbers, texts as texts' '
    nodes() { query --join /system/network/hostname "$@" | sed "s/.* //" | tr "\n" " "; }
    [ "$(nodes --where "/hardware/ram >= 1024")" = "lxb001 " ] && [ "$(nodes --where "/hardware/ram<1024")" = "lxb002 " ] &&
    [ "$(nodes --where "/hardware/ram")" = "lxb001 lxb002 " ] && [ "$(nodes --where "!/hardware/ram")" = "lxb003 " ] &&
    [ "$(nodes --where "/system/network/hostname ~ *[23]" --where "/hardware/load < 2")" = "lxb003 " ] &&
    [ "$(nodes --where "/hardware/cards/* = ib0")" = "lxb001 " ] && [ "$(nodes --where "/system/network/hostname != lxb001")" = "lxb002 lxb003 " ] &&
    [ "$(nodes --node "*2*")" = "lxb002 " ]'
ok 'REQ-A-15: joined by node, the columns asked for' '
    query --join /system/network/hostname /hardware/ram "/hardware/cards/*" >got &&
    printf "%s  %s  %s  %s\n" lxb001.example.org lxb001 4096 "eth0, ib0" lxb002.example.org lxb002 512\  - lxb003.example.org lxb003 -\ \ \  - >want && same want got'
ok 'REQ-A-15: CSV' '
    query --format csv "/hardware/note" "/hardware/ram" >got && cat >want <<END && same want got
node,path,type,value,revision
lxb001.example.org,/hardware/note,string,"a ""quoted"", it'\''s",1
lxb001.example.org,/hardware/ram,long,4096,1
lxb002.example.org,/hardware/ram,long,512,1
END'
ok 'REQ-A-15: SQL that an engine takes' '
    query --format sql "/**" >all.sql && query --join --format sql /hardware/ram /system/network/hostname >nodes.sql &&
    python3 - >got <<END &&
import sqlite3
d = sqlite3.connect(":memory:")
for f in ("all.sql", "nodes.sql"):
    d.executescript(open(f).read())
print(d.execute("select node, number from weft_value where path = ? and number > 1000", ("/hardware/ram",)).fetchall())
print(d.execute("select value from weft_value where path = ?", ("/hardware/note",)).fetchall())
print(d.execute("select n.\"/hardware/ram\" from weft_node n join weft_value v using (node) where v.path = ? order by node", ("/system/site",)).fetchall())
END
    cat >want <<END && same want got
[('\''lxb001.example.org'\'', 4096.0)]
[('\''a "quoted", it\\'\''s'\'',)]
[('\''4096'\'',), ('\''512'\'',), (None,)]
END'
ok 'REQ-A-15: words are found in paths and values' '
    [ "$(query --text ib0 "/**" | wc -l)" = 1 ] && [ "$(query --text hostname "/**" | wc -l)" = 3 ] && query --text Genève --limit 2 "/**" 2>err | wc -l | grep -qx 2 && grep -q "there is more" err'
ok 'REQ-A-15: the index follows commits, withdrawals and reverts' '
    sed -i s/4096/8192/ site/profiles/lxb001.example.org.pan && mv site/profiles/lxb002.example.org.pan away && as_admin commit -m second site &&
    [ "$(query /hardware/ram)" = "lxb001.example.org  /hardware/ram  8192" ] && [ "$(query /system/network/hostname | wc -l)" = 2 ] &&
    [ "$(query --json /hardware/ram | jq ".rows[0].revision")" = 2 ] && as_admin verify &&
    as_admin revert 2 && [ "$(query /hardware/ram | wc -l)" = 2 ] && [ "$(query --json /hardware/ram | jq ".rows[0].revision")" = 3 ] && as_admin verify'
ok 'REQ-A-4: the index is proved from the profiles, and made anew from them' '
    query --json "/**" >before && as_admin verify --rebuild && query --json "/**" >after && same before after && as_admin verify'
ok 'REQ-A-15: it is there after SIGKILL' 'server_kill && server_start && query --json "/**" >again && same before again'
ok 'a limit gives the first rows by node and path, and no more than a million' '
    query --json "/**" | jq -c "[.rows[:3][] | [.node, .path]]" >want && query --json --limit 3 "/**" "/hard*/**" | jq -c "[.rows[] | [.node, .path]]" >got && same want got &&
    query --json --limit 99999999999 "/**" >got && same got again'
ok 'REQ-A-15: what makes no sense is refused' '
    code 65 query hardware 2>err && grep -q "invalid path pattern" err && code 65 query "/**/**/**" && code 65 query /a --where nonsense && code 64 query && code 64 query --format xml /a'
done_testing
