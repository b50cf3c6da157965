#!/bin/sh
# profile writes scripts that set the environment of sh and csh, whatever is in the values.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"configName": "site", "env": {"EDITOR": "vi", "GREETING": "say \"hi\" to $USER; `id`"}, "path": {"PATH": {"prepend": ["/first", "/x"], "append": ["/x", "/last"]}, "MANPATH": {"value": ["/m"], "append": ["/n", "/m"]}, "NEW": {"append": ["/only"]}},
    "scripts": {"_2fetc_2flogin_2esite": {"flavors": ["sh"], "flavorSuffix": false, "env": {"A": "b"}}}}'
tree=$(echo "$tree" | jq -c .)
dir=$NCM_ROOT/etc/profile.d
ok 'check reports and writes nothing' 'run 0 profile check "$tree" && changed /etc/login.site /etc/profile.d/site.csh /etc/profile.d/site.sh && test ! -e "$dir"'
ok 'a script for sh' 'run 0 profile configure "$tree" && holds /etc/profile.d/site.sh <<-"EOF"
	# Written by ncm-profile (Weft); local changes are lost.
	export EDITOR="vi"
	export GREETING="say \"hi\" to $USER; \`id\`"
	export MANPATH="/m"
	if [ -n "${MANPATH:-}" ]; then
	    export MANPATH="${MANPATH}:/n"
	else
	    export MANPATH="/n"
	fi
	if [ -n "${NEW:-}" ]; then
	    export NEW="${NEW}:/only"
	else
	    export NEW="/only"
	fi
	if [ -n "${PATH:-}" ]; then
	    export PATH="/first:/x:${PATH}"
	else
	    export PATH="/first:/x"
	fi
	if [ -n "${PATH:-}" ]; then
	    export PATH="${PATH}:/last"
	else
	    export PATH="/last"
	fi
	EOF'
printf '%s\n' 'vi|say "hi" to me; `id`|/m:/n|/only|/first:/x:/usr/bin:/bin:/last' >want
for shell in sh bash dash; do
    command -v $shell >tools || continue
    ok "$shell reads it, and nothing in a value is run" '
        '$shell' -n "$dir/site.sh" && USER=me PATH=/usr/bin:/bin NEW= '$shell' -u -c ". \"\$1\"; echo \"\$EDITOR|\$GREETING|\$MANPATH|\$NEW|\$PATH\"" - "$dir/site.sh" >got && same want got'
done
if command -v tcsh >tools; then
    ok 'csh reads its own' '
        sed "s/; .id.//" want >want.csh; run 0 profile configure "$(echo "$tree" | jq -c ".env.GREETING = \"say \\\"hi\\\" to \$USER\"")"
        tcsh -n "$dir/site.csh"
        USER=me PATH=/usr/bin:/bin tcsh -f -c "source $dir/site.csh; echo \"\$EDITOR|\$GREETING|\$MANPATH|\$NEW|\$PATH\"" >got
        same want.csh got
        run 0 profile configure "$tree"'
else
    skip 'csh reads its own' 'no tcsh here'
fi
ok 'a script by its path, one flavor' 'printf "# Written by ncm-profile (Weft); local changes are lost.\nexport A=\"b\"\n" | holds /etc/login.site'
ok 'a second run changes nothing' 'run 0 profile configure "$tree" && changed'
ok 'a script that left the configuration goes, unless it is no longer ours' '
    run 0 profile configure "$(echo "$tree" | jq -c "del(.scripts)")" "\"previous\": $tree" && changed /etc/login.site && test ! -e "$NCM_ROOT/etc/login.site" &&
    echo mine >"$NCM_ROOT/etc/login.site" && run 0 profile configure "$(echo "$tree" | jq -c "del(.scripts)")" "\"previous\": $tree" && changed'
ok 'a backslash at the end ends nothing, and no command is run' '
    run 0 profile configure "{\"configName\": \"hostile\", \"env\": {\"Y\": \"c\\\\\", \"Z\": \"\$(touch Q)\", \"W\": \"\$USER!\"}}"
    printf "%s\n" "c\\|\$(touch Q)|me!" >want
    USER=me sh -c ". \"\$1\"; printf \"%s|%s|%s\\n\" \"\$Y\" \"\$Z\" \"\$W\"" - "$dir/hostile.sh" >got
    same want got
    test ! -e Q
    rm "$dir"/hostile.*'
ok 'a script with a fault keeps its file, the others are written' '
    run 1 profile configure "{\"scripts\": {\"one\": {\"env\": {\"A\": \"x\\ny\"}}, \"two\": {\"env\": {\"A\": \"x\"}}}}"
    changed /etc/profile.d/two.csh /etc/profile.d/two.sh
    rm "$dir"/two.*'
ok 'a name cannot be a command' 'run 1 profile configure "{\"env\": {\"A;id\": \"x\"}}" && changed'
ok 'nor a value another line' 'run 1 profile configure "{\"env\": {\"A\": \"x\\nid\"}}" && changed'
ok 'two flavors in one file are refused' 'run 1 profile configure "{\"flavorSuffix\": false, \"env\": {\"A\": \"x\"}}" && changed'
ok 'unconfigure takes them away' 'run 0 profile unconfigure "$(echo "$tree" | jq -c "del(.scripts)")" && test -z "$(ls "$dir")" && grep -qx mine "$NCM_ROOT/etc/login.site"'
done_testing
