#!/bin/sh
# symlink makes links, with words and commands in their targets, and replaces only what it may.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
mkdir -p "$NCM_ROOT/opt/tool-1" "$NCM_ROOT/usr/bin"
tree='{"links": [{"name": "/usr/local/tool", "target": "/opt/tool-{version}", "exists": true}, {"name": "/opt/kind", "target": "@@echo Linux@@"}],
       "context": [{"name": "version", "value": "@@echo 1@@"}]}'
tree=$(echo "$tree" | jq -c .)
link() { printf '{"links": [{"name": "%s", "target": "%s"%s}]}' "$1" "$2" "${3:+, $3}"; }

ok 'check reports and makes nothing' 'run 0 symlink check "$tree" && changed /usr/local/tool /opt/kind && test ! -e "$NCM_ROOT/usr/local"'
ok 'configure makes links, words and commands replaced' '
    run 0 symlink configure "$tree" && test "$(readlink "$NCM_ROOT/usr/local/tool") $(readlink "$NCM_ROOT/opt/kind")" = "/opt/tool-1 Linux"'
ok 'a second run changes nothing' 'run 0 symlink configure "$tree" && changed'
ok 'a target that must exist and does not is an error' 'run 1 symlink configure "$(link /opt/x /nowhere "\"exists\": true")" && changed && test ! -L "$NCM_ROOT/opt/x"'
ok 'a link of somebody else is not replaced' '
    ln -s old "$NCM_ROOT/opt/theirs"; run 1 symlink configure "$(link /opt/theirs new)" && test "$(readlink "$NCM_ROOT/opt/theirs")" = old &&
    says ".msg == \"'"'/opt/theirs'"' is a link and may not be replaced\""'
ok 'one it made itself is' 'run 0 symlink configure "$(link /opt/theirs new)" "\"previous\": $(link /opt/theirs old)" && test "$(readlink "$NCM_ROOT/opt/theirs")" = new'
ok 'with replace it is, and a suffix keeps the old one' '
    echo text >"$NCM_ROOT/opt/file"
    run 0 symlink configure "$(link /opt/file new "\"replace\": {\"file\": \".old\"}")" && test "$(readlink "$NCM_ROOT/opt/file") $(cat "$NCM_ROOT/opt/file.old")" = "new text"'
ok 'a full folder is kept as .saved even when no suffix is given' '
    mkdir -p "$NCM_ROOT/opt/dir/full"
    run 0 symlink configure "$(link /opt/dir new "\"replace\": {\"all\": \"yes\"}")" && test -d "$NCM_ROOT/opt/dir.saved/full" -a -L "$NCM_ROOT/opt/dir"'
ok 'dirempty replaces an empty folder only' '
    mkdir -p "$NCM_ROOT/opt/e" "$NCM_ROOT/opt/f/full"
    run 0 symlink configure "$(link /opt/e new "\"replace\": {\"dirempty\": \"yes\"}")" && test -L "$NCM_ROOT/opt/e" &&
    run 1 symlink configure "$(link /opt/f new "\"replace\": {\"dirempty\": \"yes\"}")" && test -d "$NCM_ROOT/opt/f/full"'
ok 'the words of one link win over those for all' '
    echo text >"$NCM_ROOT/opt/g"
    run 1 symlink configure "{\"options\": {\"replace\": {\"all\": \"yes\"}}, \"links\": [{\"name\": \"/opt/g\", \"target\": \"x\", \"replace\": {\"file\": \"no\"}}]}" && test -f "$NCM_ROOT/opt/g"'
ok 'check touches nothing that would be replaced' '
    echo text >"$NCM_ROOT/opt/h"; run 0 symlink check "$(link /opt/h new "\"replace\": {\"file\": \".old\"}")" && changed /opt/h && test "$(cat "$NCM_ROOT/opt/h")" = text -a ! -e "$NCM_ROOT/opt/h.old"'
ok 'delete removes a link, and never anything else' '
    run 0 symlink configure "$(link /opt/e new "\"delete\": true")" && test ! -L "$NCM_ROOT/opt/e" && run 1 symlink configure "$(link /opt/g x "\"delete\": true")" && test -f "$NCM_ROOT/opt/g"'
ok 'unknown words and failing commands are errors' 'run 1 symlink configure "$(link /opt/i "{nobody}")" && run 1 symlink configure "$(link /opt/i "@@false@@")" && test ! -L "$NCM_ROOT/opt/i"'
ok 'unconfigure removes links that are still ours' 'run 0 symlink unconfigure "$tree" && test ! -L "$NCM_ROOT/usr/local/tool" -a ! -L "$NCM_ROOT/opt/kind" -a -d "$NCM_ROOT/opt/tool-1"'
rm -rf "${NCM_ROOT:?}"/*; mkdir -p "$NCM_ROOT/opt/app" "$NCM_ROOT/opt/app.saved" "$NCM_ROOT/opt/app.bak"
echo old >"$NCM_ROOT/opt/app.saved/only-copy"; echo now >"$NCM_ROOT/opt/app/data"; echo old >"$NCM_ROOT/opt/app.bak/only-copy"
replace() { printf '{"links": [{"name": "%s", "target": "/srv/app", "replace": %s}]}' "$1" "$2"; }
for kind in '{"dir": "yes"}' '{"dir": ".bak"}' '{"all": "yes"}'; do
    ok "an older backup of a folder is in the way and stays: $kind" '
        run 1 symlink check "$(replace /opt/app "$kind")"
        run 1 symlink configure "$(replace /opt/app "$kind")"
        says ".level == \"error\" and (.msg | startswith(\"\u0027/opt/app\u0027 is not replaced: \u0027/opt/app.\"))"
        changed
        test "$(cat "$NCM_ROOT/opt/app.saved/only-copy")" = old
        test "$(cat "$NCM_ROOT/opt/app.bak/only-copy")" = old
        test "$(cat "$NCM_ROOT/opt/app/data")" = now'
done
ok 'an older backup of a file is told when it is overwritten' '
    echo now >"$NCM_ROOT/opt/file"
    echo old >"$NCM_ROOT/opt/file.bak"
    run 2 symlink configure "$(replace /opt/file "{\"file\": \".bak\"}")"
    says ".level == \"warning\" and .msg == \"\u0027/opt/file.bak\u0027 is overwritten by what was \u0027/opt/file\u0027\""
    test "$(cat "$NCM_ROOT/opt/file.bak")" = now'
ok 'but not a folder of that name' '
    echo now >"$NCM_ROOT/opt/file2"
    mkdir -p "$NCM_ROOT/opt/file2.bak/deep"
    run 1 symlink configure "$(replace /opt/file2 "{\"file\": \".bak\"}")"
    changed
    test -d "$NCM_ROOT/opt/file2.bak/deep"'
ok 'of the same link twice the last one counts' '
    run 0 symlink configure "{\"links\": [{\"name\": \"/opt/twice\", \"target\": \"/a\"}, {\"name\": \"/opt/twice\", \"target\": \"/b\"}]}"
    changed /opt/twice
    test "$(readlink "$NCM_ROOT/opt/twice")" = /b
    run 0 symlink configure "{\"links\": [{\"name\": \"/opt/twice\", \"target\": \"/a\"}, {\"name\": \"/opt/twice\", \"target\": \"/b\"}]}"
    changed'
done_testing
