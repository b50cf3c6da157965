#!/bin/sh
# The page in the browser, as an administrator's headless Chromium shows it: revisions with their effect, nodes that lag
# behind, where a value comes from, search over all nodes; and nothing but our own files.
. "${WEFT_SRC:-.}/t/lib.sh"
. "$WEFT_SRC/t/cdb/server.sh"
b1=lxb001.example.org
server_start || exit 99
as_admin commit -m "the first" -I profiles -I . site >/dev/null 2>&1
sed -i s/ntp1/ntp2/ site/service/time.pan
as_anna update --mine site >/dev/null 2>&1
as_anna commit -m "ntp2 takes over" -I profiles -I . site >/dev/null 2>&1
for i in 1 2; do ask lxb00$i.example.org /profiles/lxb00$i.example.org.xml -o /dev/null; done
ask lxb002.example.org /api/v1/nodes/lxb002.example.org/status -o /dev/null \
    -d '{"status":"failed","revision":2,"components":[{"name":"time","status":"failed","message":"no such file"}]}'

ok 'the page is there for who has a certificate, and for nobody else' '
    [ "$(status admin /)" = 200 ] && ! curl -sS --cacert pki/ca.crt "$url/"'
ok 'all it links to is there, and is ours' '
    ask admin / >index.html && grep -o "\(src\|href\)=\"[^#\"]*\"" index.html | cut -d\" -f2 | sort -u >links && [ "$(wc -l <links)" -ge 3 ] &&
    while read -r file; do [ "$(status admin "/$file")" = 200 ] || { echo "$file"; exit 1; }; done <links &&
    for file in app.js api.js dom.js nodes.js revisions.js search.js templates.js tree.js; do
        ask admin /$file >$file && grep -o "from '\''\./[^'\'']*" $file | sed "s/.*\.\///"
    done | sort -u >modules && while read -r file; do [ "$(status admin "/$file")" = 200 ] || { echo "$file"; exit 1; }; done <modules &&
    ! grep -n "https\?://" index.html ./*.js'
ok 'no script and no style stands in the page itself, and the policy allows none' '
    ! grep -E "<script>|<style|style=|onclick=|onload=" index.html && ask admin / --head >head &&
    grep -qi "^content-security-policy: default-src '\''none'\''; script-src '\''self'\''; style-src '\''self'\''" head && ! grep -i "unsafe" head &&
    grep -qi "^x-content-type-options: nosniff" head'
ok 'it is conditional and compressed' '
    etag=$(sed -n "s/^ETag: \(.*\)\r$/\1/ip" head) && [ "$(status admin / -H "If-None-Match: $etag")" = 304 ] && ask admin /app.js --compressed | cmp - app.js'
ok 'another page in the same browser changes nothing' '
    for header in "Sec-Fetch-Site: cross-site" "Origin: https://evil.example.org" "Origin: null"; do
        [ "$(status admin /api/v1/sessions -X POST -H "$header" -d "{}")" = 403 ] || { echo "$header"; exit 1; }
    done; [ "$(status admin /api/v1/sessions -X POST -H "Sec-Fetch-Site: same-origin" -H "Origin: $url" -d "{}")" = 201 ]'

for tool in chromium chromedriver socat; do
    command -v $tool >/dev/null || { skip "Chromium shows it" "no $tool here"; done_testing; }
done

# A browser has no way to be given a certificate on its command line: socat shows the administrator's.
front=$(free_port) driver=$(free_port)
socat "TCP-LISTEN:$front,bind=127.0.0.1,fork,reuseaddr" \
    "OPENSSL:localhost:$port,cert=pki/admin.crt,key=pki/admin.key,cafile=pki/ca.crt,commonname=localhost" 2>/dev/null &
socat_pid=$!
HOME=$scratch chromedriver --port="$driver" >driver.log 2>&1 &
driver_pid=$!
wd() { # METHOD PATH [JSON]: WebDriver
    curl -sS -m 60 -X "$1" "http://127.0.0.1:$driver/session$2" ${3:+-H "Content-Type: application/json" -d "$3"}
}
cleanup() { [ ! -s sid ] || wd DELETE "/$(cat sid)" >/dev/null; kill $driver_pid $socat_pid; server_stop; } 2>/dev/null
until_true 20 curl -sf "http://127.0.0.1:$driver/status" >/dev/null 2>&1
# A browser that is root cannot have Chromium's own sandbox.
sandbox=
# shellcheck disable=SC2089  # quotes of JSON
[ "$(id -u)" != 0 ] || sandbox=',"--no-sandbox"'
# shellcheck disable=SC2090
wd POST '' '{"capabilities":{"alwaysMatch":{"pageLoadStrategy":"none","goog:loggingPrefs":{"browser":"ALL"},"goog:chromeOptions":{"args":
    ["--headless=new","--disable-gpu","--disable-dev-shm-usage","--window-size=1280,900","--user-data-dir='"$scratch"'/chromium"'$sandbox']}}}}' >session.json
jq -er .value.sessionId session.json >sid || { rm -f sid; skip "Chromium shows it" "it does not start here"; done_testing; }

js() { wd POST "/$(cat sid)/execute/sync" "$(jq -n --arg s "$1" '{script: $s, args: []}')" | jq -r .value; }
shown() { js 'return document.getElementById("main")?.dataset.state' | grep -qx 'done'; }
go() { wd POST "/$(cat sid)/url" "{\"url\":\"http://127.0.0.1:$front/#$1\"}" >/dev/null && sleep 0.2 && until_true 20 shown; }
page() { js 'return document.body.innerText' >page.txt; }
holds() { page && for words in "$@"; do grep -qF -- "$words" page.txt || { echo "no '$words' in:"; cat page.txt; return 1; }; done; }
sees() { holds "$@" >/dev/null; }
at() { js 'return location.hash' | grep -qxF -- "$1"; }
key() { wd POST "/$(cat sid)/actions" "{\"actions\":[{\"type\":\"key\",\"id\":\"k\",\"actions\":[{\"type\":\"keyDown\",\"value\":\"$1\"},{\"type\":\"keyUp\",\"value\":\"$1\"}]}]}" >/dev/null; }

ok 'the first view says how many run what they should' 'go / && holds "3 nodes, revision 2" "run what they should" "ntp2 takes over" "never seen"'
ok 'a revision shows what it did to which node, and line by line' '
    go /revision/2 && until_true 10 sees "ntp2 takes over" "anna" "1 node" "$b1" "/software/components/time/servers/0" "ntp1.example.org" "ntp2.example.org" "service/time.pan" "runs" "time"'
ok 'REQ-A-23: nodes that lag behind, and why' 'go "/nodes?show=behind" && holds lxb002.example.org failed "time: no such file" && ! grep -q lxb003 page.txt'
ok 'a value says which line of which template set it, and who wrote that line' '
    go /node/$b1/software/components/time/servers/0 && until_true 10 sees "service/time.pan:9" "ntp2.example.org" "Line 9 is from revision 2 by anna"'
ok 'the deep link to a value opens the tree there' '[ "$(js "return document.querySelector(\"[aria-selected=true] .value\").innerText")" = "\"ntp2.example.org\"" ]'
ok 'arrow keys walk the tree, and the address follows' '
    js "document.querySelector(\"[role=tree]\").focus()" && key "\\uE013" && until_true 5 at "#/node/$b1/software/components/time/servers"'
ok 'search finds values, paths and nodes' '
    go "/search?q=ntp2" && holds "/software/components/time/servers/0" ntp2.example.org && go "/search?q=/system/network/hostname" && holds lxb003 &&
    go "/search?q=lxb00" && holds "lxb003.example.org"'
ok 'a node that failed says which component and why; one that is well does not say "false"' '
    go /node/lxb002.example.org && holds "time: no such file" && ! grep -qx "false\|0" page.txt && ask $b1 /api/v1/nodes/$b1/status -o /dev/null -d "{\"status\":\"ok\",\"revision\":2,\"components\":[{\"name\":\"time\",\"status\":\"ok\"}]}" &&
    go /node/$b1 && holds "in step" Components && ! grep -qx "false\|0" page.txt'
ok 'an unknown address says so' '
    for name in nonsense constructor; do
        go /$name && holds "There is no page" "$name" || exit 1
    done; go "/nodes?show=constructor" && holds lxb003.example.org'
ok 'the link to the content moves the focus, and is no address' '
    go /nodes && js "document.querySelector(\".skip\").click()" && [ "$(js "return document.activeElement.id + location.hash")" = "main#/nodes" ] && holds "What each should run"'
ok 'after navigation the focus is in the new view' '
    js "document.querySelector(\"#nav a\").focus()" && js "document.activeElement.click()" && until_true 10 sees "Every commit, newest first" && until_true 5 shown && [ "$(js "return document.activeElement.id")" = main ]'
typed() { js "const f = document.querySelector(\"main input\"); f.value = \"$1\"; f.dispatchEvent(new Event(\"input\"))" >/dev/null; }
again() { js "location.reload()" >/dev/null && sleep 0.5 && until_true 20 shown; }
ok 'filters are in the address' '
    go "/nodes?show=all" && typed lxb003 && at "#/nodes?show=all&filter=lxb003" && again && holds lxb003.example.org && ! grep -q lxb001 page.txt &&
    js "return document.querySelector(\".seg a:last-child\").hash" | grep -q "filter=lxb003" && go /templates && typed time && at "#/templates?filter=time" && again && ! grep -q base.pan page.txt &&
    go /node/$b1 && typed ntp2 && at "#/node/$b1?filter=ntp2" && again && holds ntp2.example.org && ! grep -q hostname page.txt'
ok 'on a narrow screen the search field can be typed in, and nothing is wider than the screen' '
    wd POST "/$(cat sid)/goog/cdp/execute" "{\"cmd\":\"Emulation.setDeviceMetricsOverride\",\"params\":{\"width\":420,\"height\":800,\"deviceScaleFactor\":1,\"mobile\":false}}" >/dev/null
    wrong=
    for view in / /nodes /revisions /revision/2 /node/$b1/software/components/time/servers/0 /templates "/search?q=ntp2"; do
        go "$view"
        js "return [innerWidth === 420, document.documentElement.scrollWidth <= 420, words.clientWidth > 200].join()" | grep -qx "true,true,true" ||
            wrong="$wrong $view: $(js "return [innerWidth, document.documentElement.scrollWidth, words.clientWidth].join()")"
    done
    wd POST "/$(cat sid)/goog/cdp/execute" "{\"cmd\":\"Emulation.clearDeviceMetricsOverride\",\"params\":{}}" >/dev/null
    [ ! "$wrong" ] || { echo "$wrong"; exit 1; }'
ok 'a template with who wrote each line' 'go "/template/service/time.pan?line=9" && holds "2 anna" "1 admin" "unique template service/time"'
ok 'keys lead to each view' 'go / && key g && key n && until_true 10 sees "What each should run"'
ok 'light and dark, remembered' '
    js "document.getElementById(\"theme\").click()" && one=$(js "return document.documentElement.dataset.theme") && go / && js "location.reload()" && sleep 0.5 && until_true 20 shown &&
    [ "$(js "return document.documentElement.dataset.theme")" = "$one" ]'
ok 'a commit shows by itself' '
    go / && echo "# more" >>site/service/base.pan && as_anna commit -m "seen at once" -I profiles -I . site && until_true 15 sees "seen at once"'
ok 'markup in a comment stays text' '
    echo "# again" >>site/service/base.pan && as_anna commit -m "<img src=x onerror=alert(1)>" -I profiles -I . site && go /revisions && holds "<img src=x onerror=alert(1)>"'
ok 'a revision of very many files is shown in steps, and a file when it is opened' '
    mkdir -p site/many
    seq -f "# line %g" 1500 >lines
    for i in $(seq 250); do
        { echo "template many/f$i;" && cat lines; } >site/many/f$i.pan || exit 1
    done
    as_admin update --mine site >/dev/null && as_admin commit -m "very many" -I profiles -I . site >/dev/null &&
    go "/revision/$(as_admin log -l 1 | cut -d" " -f1)" && holds "very many" "250 files" "Show more of 250" && elements=$(js "return document.querySelectorAll(\"*\").length") && [ "$elements" -lt 2000 ] &&
    js "document.querySelector(\"details.file summary\").click()" && until_true 10 sees "# line 700" && holds "Show more of 1,50" && js "document.querySelector(\"main > div > div > button.more\").click()" &&
    [ "$(js "return document.querySelectorAll(\"details.file\").length")" = 200 ]'
ok 'nothing went wrong in the browser' '
    wd POST "/$(cat sid)/se/log" "{\"type\":\"browser\"}" | jq -e "[.value[] | select(.level == \"SEVERE\" and .source != \"network\")] == []"'
done_testing
