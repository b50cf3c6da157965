#!/bin/sh
# metaconfig writes any structured file in any of its formats, asks for the services, and runs registered commands only.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
tree='{"services": {
    "_2fetc_2fa_2ejson": {"module": "json", "mode": 384, "contents": {"b": [1, 2.5, "x=<y>"], "a": {"on": true}}, "daemons": {"httpd": "reload", "mond": "restart"}},
    "_2fetc_2fb_2eyaml": {"module": "yaml", "backup": ".old", "contents": {"hosts": ["lxb001", "no", {"name": "x y", "nr": 1}], "empty": {}, "text": "1.0", "deep": {"er": [[1, 2], []]}}},
    "_2fetc_2fc_2eini": {"module": "tiny", "contents": {"top": 1, "main": {"list": ["a", "b"], "on": true}}, "convert": {"joincomma": true, "YESNO": true, "upperkey": true}, "preamble": "; by the site"}}}'
tree=$(echo "$tree" | jq -c .)
service() { printf '{"services": {"_2fetc_2fx": {"module": "%s", "contents": %s%s}}%s}' "$1" "$2" "${3:+, $3}" "${4:+, $4}"; }

ok 'check reports every file and writes none' 'run 0 metaconfig check "$tree" && changed /etc/a.json /etc/b.yaml /etc/c.ini && test -z "$(ls "$NCM_ROOT/etc")"'
ok 'check names the services that would be asked for' 'wants httpd reload && wants mond restart'
ok 'JSON, with its mode' 'run 0 metaconfig configure "$tree" && test "$(stat -c %a "$NCM_ROOT/etc/a.json")" = 600 && holds /etc/a.json <<-"END"
	{"a":{"on":true},"b":[1,2.5,"x=<y>"]}
	END'
ok 'the services of a changed file are asked for' 'wants httpd reload && wants mond restart'
ok 'what not everybody may read is not shown in the difference' '! grep -q "x=<y>" lines && grep -q "lxb001" lines'
ok 'YAML, with words quoted that would mean something else' 'holds /etc/b.yaml <<-"END"
	# Written by ncm-metaconfig (Weft); local changes are lost.
	---
	deep:
	  er:
	  - - 1
	    - 2
	  - []
	empty: {}
	hosts:
	- lxb001
	- '"'"'no'"'"'
	- name: x y
	  nr: 1
	text: '"'"'1.0'"'"'
	END'
if python3 -c 'import yaml' 2>/dev/null; then
    ok 'a YAML reader finds the same tree' '
        python3 -c "import yaml, json, sys; print(json.dumps(yaml.safe_load(open(sys.argv[1])), sort_keys=True))" "$NCM_ROOT/etc/b.yaml" >got &&
        echo "$tree" | jq -cS ".services._2fetc_2fb_2eyaml.contents" >want && jq -cS . got >got2 && same want got2'
else
    skip 'a YAML reader finds the same tree' 'no python3-yaml here'
fi
ok 'INI, converted, with a preamble' 'holds /etc/c.ini <<-"END"
	; by the site
	TOP=1

	[MAIN]
	LIST=a,b
	ON=YES
	END'
ok 'JSON on many lines' 'run 0 metaconfig configure "$(service jsonpretty "{\"a\": {\"on\": true}, \"b\": [1, \"\u00fc\\\\\"], \"c\": {}}")" && holds /etc/x <<-"END"
	{
	   "a" : {
	      "on" : true
	   },
	   "b" : [
	      1,
	      "ü\\"
	   ],
	   "c" : {}
	}
	END'
ok 'a second run changes nothing and asks for nothing' 'run 0 metaconfig configure "$tree" && changed && ! grep -q service lines'
ok 'properties' 'run 0 metaconfig configure "$(service properties "{\"a\": {\"b c\": \" x\\\\y\"}, \"l\": [1, true]}")" && tail -n +2 "$NCM_ROOT/etc/x" >got && printf "%s\n" "a.b\\ c=\\ x\\\\y" "l.0=1" "l.1=1" >want && same want got'
ok 'general blocks' 'run 0 metaconfig configure "$(service general "{\"Port\": [80, 443], \"dir\": {\"Allow\": \"all\"}}")" && tail -n +2 "$NCM_ROOT/etc/x" >got && printf "Port 80\nPort 443\n<\"dir\">\n    Allow all\n</\"dir\">\n" >want && same want got'
ok 'TOML' 'run 0 metaconfig configure "$(service toml "{\"z\": 1, \"t\": {\"a\": [\"x\", \"y\"], \"u\": {\"b.c\": true}}}")" && tail -n +2 "$NCM_ROOT/etc/x" >got && printf "z = 1\n\n[t]\na = [\"x\", \"y\"]\n\n[t.u]\n\"b.c\" = true\n" >want && same want got'
ok 'shell, which a shell reads back' 'run 0 metaconfig configure "$(service shell "{\"A\": \"it'"\\u0027"'s \$HOME\", \"B\": \"plain\"}")" && (. "$NCM_ROOT/etc/x"; test "$A $B" = "it'"'"'s \$HOME plain")'
ok 'systemd units, with repeated keys' 'run 0 metaconfig configure "$(service systemd "{\"Service\": {\"ExecStartPre\": [\"/bin/a\", \"/bin/b\"]}}")" && tail -n +2 "$NCM_ROOT/etc/x" >got && printf "[Service]\nExecStartPre=/bin/a\nExecStartPre=/bin/b\n" >want && same want got'
ok 'several YAML documents' 'run 0 metaconfig configure "$(service yamlmulti "[{\"a\": 1}, {\"b\": 2}]")" && tail -n +2 "$NCM_ROOT/etc/x" >got && printf -- "---\na: 1\n---\nb: 2\n" >want && same want got'
ok 'XML' 'run 0 metaconfig configure "$(service xml "{\"server\": {\"@port\": 80, \"host\": [\"a\", \"b & <c>\"], \"tls\": {\"@on\": true, \"#text\": \"x\"}, \"empty\": {}}}")" && holds /etc/x <<-"END"
	<server port="80">
	  <empty/>
	  <host>a</host>
	  <host>b &amp; &lt;c&gt;</host>
	  <tls on="true">x</tls>
	</server>
	END'
if command -v xmllint >tools; then
    ok 'a reader of XML finds the text' 'test "$(xmllint --xpath "string(/server/host[2])" "$NCM_ROOT/etc/x")" = "b & <c>"'
else
    skip 'a reader of XML finds the text' 'no xmllint here'
fi
ok 'XML has one element at the top, with a name' 'run 1 metaconfig configure "$(service xml "{\"a\": 1, \"b\": 2}")" && run 1 metaconfig configure "$(service xml "{\"a b\": 1}")" && changed'
ok 'a test that does not read ends nothing' '
    head -c 300000 /dev/zero | tr "\0" x >long
    run 0 metaconfig configure "$(service json "{\"a\": \"$(cat long)\"}" "\"actions\": {\"test\": \"t\"}" "\"commands\": {\"t\": \"/bin/true\"}")" >run.log
    changed /etc/x'
ok 'a mode that is none is an error, not another mode' '
    for mode in "\"abc\"" 10000 "\"0x1f\""; do
        run 1 metaconfig configure "$(service json "{\"a\": \"mode\"}" "\"mode\": $mode")" >log || { echo "$mode"; exit 1; }
        changed
    done'
ok 'a service that is not active is left alone' '
    rm "$NCM_ROOT/etc/x"
    run 0 metaconfig configure "$(service json "{}" "\"active\": false")"
    changed'
ok 'doubles are numbers for readers of YAML 1.1 and 1.2, and texts are texts' '
    run 0 metaconfig configure "$(service yaml "{\"big\": 1.0E7, \"exact\": 123456789.125, \"small\": 0.0001, \"half\": 0.5, \"t1\": \"1.0E7\", \"t2\": \"1:20\", \"t3\": \"2001-01-01\", \"t4\": \"0x1f\"}")"
    tail -n +3 "$NCM_ROOT/etc/x" | tr "\047" / >got
    printf "%s\n" "big: 1.0e+7" "exact: 1.23456789125e+8" "half: 0.5" "small: 1.0e-4" "t1: /1.0E7/" "t2: /1:20/" "t3: /2001-01-01/" "t4: /0x1f/" >want
    same want got'
historic() { service "$1" "$2" "$3" | sed 's/^{/{"historic": true, /'; }
ok 'as the historic component wrote it: no line of ours, and the empty line at the end' '
    run 0 metaconfig configure "$(historic json "{\"b\": 1.0, \"a\": \"no\"}")"
    printf "{\"a\":\"no\",\"b\":1}\n" >want
    same want "$NCM_ROOT/etc/x"
    run 0 metaconfig configure "$(historic yaml "{\"b\": 1.0E7, \"a\": \"no\", \"l\": [\"1\", true]}" "\"preamble\": \"# site\"")"
    printf "# site\n---\na: no\nb: 10000000\nl:\n- \0471\047\n- true\n\n" >want
    same want "$NCM_ROOT/etc/x"
    run 0 metaconfig configure "$(historic tiny "{\"b\": {\"c\": \"d\"}, \"a\": true}")"
    printf "a=1\n\n[b]\nc=d\n\n" >want
    same want "$NCM_ROOT/etc/x"'
ok 'the runner says so with a variable, and the date of properties stays' '
    export NCM_HISTORIC=1
    run 0 metaconfig configure "$(service properties "{\"b\": {\"c\": \"d\"}, \"a\": true}")"
    unset NCM_HISTORIC
    sed -i "s/^# .*/# Tue Dec  1 00:00:00 2020/" "$NCM_ROOT/etc/x"
    run 0 metaconfig configure "$(historic properties "{\"b\": {\"c\": \"d\"}, \"a\": true}")"
    changed
    run 0 metaconfig configure "$(historic properties "{\"b\": {\"c\": \"e\"}, \"a\": true}")"
    changed /etc/x
    not grep -q "00:00:00 2020" "$NCM_ROOT/etc/x"'
tt=$NCM_ROOT/usr/share/templates/quattor/metaconfig/site
mkdir -p "$tt" && cat >"$tt/main.tt" <<'END'
[% FOREACH p IN CCM.contents.pairs -%]
[% IF CCM.is_list(p.value); p.key; ' = '; p.value.join('+'); ELSIF p.value.is_boolean; p.key; p.value ? ' on' : ' off'; ELSE; INCLUDE 'metaconfig/site/one.tt'; END %]
[% END -%]
[% name %] [% CCM.is_in_list(list, 'b') ? 'has b' : 'no b' %]
END
echo '[% p.key %]: [% p.value %][% p.value.is_long ? " (number)" : "" %]' >"$tt/one.tt"
if perl -MTemplate -e 1 2>skip.log; then
    ok 'a template of the site, by the Template Toolkit' '
        run 0 metaconfig configure "$(service site/main "{\"name\": \"lxb001 \u00fc\", \"n\": 3, \"on\": true, \"list\": [\"a\", \"b\"]}")" && sed "s/ *$//;/^$/d" "$NCM_ROOT/etc/x" >got &&
        printf "%s\n" "list = a+b" "n: 3 (number)" "name: lxb001 ü" "on on" "lxb001 ü has b" >want && same want got && run 0 metaconfig configure "$(service site/main "{\"name\": \"lxb001 \u00fc\", \"n\": 3, \"on\": true, \"list\": [\"a\", \"b\"]}")" && changed'
    cat >"$tt/text.tt" <<'END'
[% FOREACH p IN CCM.contents.pairs; NEXT UNLESS p.key.length == 1 -%]
[% p.key %]: [% p.value.match('^\d+$') ? 'digits' : 'other' %] [% p.value.length %] [% p.value.replace('b', 'x') %] [% p.value.split(':').join('+') %] [% p.value.search('a') ? 1 : 0 %] [% p.value.repeat(2) %] [% p.value.substr(0, 1) %] [% p.value.remove(':') %] [% p.value.chunk(2).join('|') %] [% p.value.upper %] [% p.value.list.size %] [% p.value.hash.value %] [% p.value.defined %] [% p.value.trim.ucfirst %] [% p.value.squote %]
[% END -%]
[% ll.join('+') %] [% ll.first %] [% ll.last %] [% ll.size %] [% ll.sort.join %] [% ll.reverse.join %] [% ll.grep('b').join %] [% ll.unique.size %] [% hh.keys.sort.join %] [% hh.size %] [% hh.exists('x') ? 'x' : 'no x' %] [% n.match('^1') ? n + 1 : 0 %] [% d %] [% d * 2 %]
END
    ok 'text, list and hash methods of the Toolkit' '
        run 0 metaconfig configure "$(service site/text "{\"a\": \"a:b\", \"n\": 15, \"d\": 1000.0, \"ll\": [\"b\", \"a\", \"b\"], \"hh\": {\"x\": 1, \"y\": 2}}")"
        printf "%s\n" "a: other 3 a:x a+b 1 a:ba:b a ab a:|b A:B 1 a:b 1 A:b a:b" "d: digits 4 1000 1000 0 10001000 1 1000 10|00 1000 1 1000 1 1000 1000" "n: digits 2 15 15 0 1515 1 15 15 15 1 15 1 15 15" "b+a+b b b 3 a b b b a b b b 2 x y 2 x 16 1000 2000" >want
        same want "$NCM_ROOT/etc/x"'
    ok 'a converted value keeps its type, a joined list has none' '
        echo "[% on %] [% on.is_boolean %] [% l %] [% l.match(\"a,b\") ? 1 : 0 %]" >"$tt/convert.tt"
        run 0 metaconfig configure "$(service site/convert "{\"on\": true, \"l\": [\"a\", \"b\"]}" "\"convert\": {\"yesno\": true, \"joincomma\": true}")"
        test "$(cat "$NCM_ROOT/etc/x")" = "yes 1 a,b 1"'
    ok 'what a template asks for and there is not is an error' '
        echo "[% CCM.element.ccm_format(\"json\", \"a\") %]" >"$tt/format.tt"
        run 1 metaconfig configure "$(service site/format "{}")"
        changed'
    ok 'an error of a template is told, and the file stays' '
        echo "[% IF %]" >"$tt/bad.tt"; cp "$NCM_ROOT/etc/x" now; run 1 metaconfig configure "$(service site/bad "{}")" && changed && same now "$NCM_ROOT/etc/x" && says "(.msg // \"\") | startswith(\"/etc/x: template \u0027site/bad\u0027: \")"'
else
    ok 'without the Template Toolkit that is told' 'run 1 metaconfig configure "$(service site/main "{}")" && changed && says "(.msg // \"\") | contains(\"libtemplate-perl\")"'
fi
ok 'a template outside its folder is none' 'echo x >"$NCM_ROOT/usr/share/templates/quattor/x.tt"; run 1 metaconfig configure "$(service ../x "{}")" && changed && says "(.msg // \"\") | contains(\"there is no module\")"'
ok 'what a format cannot hold is an error with a hint, and the file stays' '
    cp "$NCM_ROOT/etc/x" now; run 1 metaconfig configure "$(service tiny "{\"l\": [1]}")" && says "(.msg // \"\") | startswith(\"/etc/x: tiny cannot hold the list\") and contains(\"joincomma\")" && same now "$NCM_ROOT/etc/x"'
ok 'an unknown module is told with the known ones' 'run 1 metaconfig configure "$(service jsno "{}")" && says "(.msg // \"\") | contains(\"there is no module\") and contains(\"toml\")"'
ok 'two conversions of one kind are refused' 'run 1 metaconfig configure "$(service json "{}" "\"convert\": {\"yesno\": true, \"YESNO\": true}")"'
printf '#!/bin/sh\ngrep -q good\n' >"$scratch/test.sh"; chmod +x "$scratch/test.sh"
commands="\"commands\": {\"try\": \"$scratch/test.sh\", \"try2\": \"-$scratch/test.sh\"}"
ok 'a test command sees the new contents and may refuse them' '
    run 1 metaconfig configure "$(service json "{\"a\": \"bad\"}" "\"actions\": {\"test\": \"try\"}" "$commands")" && changed && says "(.msg // \"\") | startswith(\"'"'/etc/x'"' is left\")" &&
    run 0 metaconfig configure "$(service json "{\"a\": \"good\"}" "\"actions\": {\"test\": \"try\"}" "$commands")" && changed /etc/x'
ok 'words of a command may be quoted' '
    printf "#!/bin/sh\ntest \"\$1,\$2\" = \"a b,c\" && cat >/dev/null\n" >"$scratch/words.sh"
    chmod +x "$scratch/words.sh"
    run 0 metaconfig configure "$(service json "{\"a\": \"words\"}" "\"actions\": {\"test\": \"w\"}" "\"commands\": {\"w\": \"$scratch/words.sh \u0027a b\u0027 c\"}")"
    changed /etc/x
    run 1 metaconfig configure "$(service json "{\"a\": \"more words\"}" "\"actions\": {\"test\": \"w\"}" "\"commands\": {\"w\": \"$scratch/words.sh \u0027a b\"}")"
    changed'
ok 'a leading minus ignores failure' 'run 0 metaconfig configure "$(service json "{\"a\": \"worse\"}" "\"actions\": {\"test\": \"try2\"}" "$commands")" && changed /etc/x'
ok 'a command that is not registered is refused' 'run 1 metaconfig configure "$(service json "{}" "\"actions\": {\"changed\": \"rm -rf /\"}")" && says "(.msg // \"\") | startswith(\"no command\")"'
ok 'an old file comes back on unconfigure when it was kept' '
    echo before >"$NCM_ROOT/etc/b.yaml" && run 0 metaconfig configure "$tree" && test "$(cat "$NCM_ROOT/etc/b.yaml.old")" = before &&
    run 0 metaconfig unconfigure "$tree" && test "$(cat "$NCM_ROOT/etc/b.yaml")" = before -a ! -e "$NCM_ROOT/etc/a.json"'
ok 'a file that left the configuration stays and is told' '
    run 0 metaconfig configure "{\"services\": {}}" "\"previous\": $(service json "{}")" && changed && says "(.msg // \"\") | startswith(\"'"'/etc/x'"' is no longer\")"'
done_testing
