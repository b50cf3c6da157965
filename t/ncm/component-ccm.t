#!/bin/sh
# ccm writes /etc/ccm.conf, when a profile can be fetched with it.
. "${WEFT_SRC:-.}/t/ncm/component.sh"

tree='{"active": true, "dispatch": true, "configFile": "/etc/ccm.conf", "profile": "https://cdb/profiles/a.xml", "profile_failover": ["https://b/a.xml", "https://c/a.xml"], "json_typed": true, "keep_old": 2, "world_readable": 0}'
ok 'check reports and writes nothing' 'run 0 ccm check "$tree" && changed /etc/ccm.conf && test ! -e "$NCM_ROOT/etc/ccm.conf"'
ok 'writes its settings alone' 'run 0 ccm configure "$tree" && holds /etc/ccm.conf <<-"END"
	json_typed 1
	keep_old 2
	profile https://cdb/profiles/a.xml
	profile_failover https://b/a.xml,https://c/a.xml
	world_readable 0
	END'
ok 'changes nothing on a second run' 'run 0 ccm configure "$tree" && changed'
ok 'ccm-fetch understands the file' 'sed "s|https://cdb/profiles/a.xml|file://$scratch/nothing.xml|" "$NCM_ROOT/etc/ccm.conf" >conf && code 2 ccm-fetch --reach --cfgfile conf --cache_root $scratch/c 2>err || grep -q "nothing.xml" err'
unset NCM_ROOT
echo "<nlist/>" >good.xml
settings() { jq -nc --arg f "$scratch/own.conf" --arg p "$1" '{configFile: $f, profile: $p}'; }
ok 'settings that reach a server are taken' 'run 0 ccm configure "$(settings "file://$scratch/good.xml")" && grep -qx "profile file://$scratch/good.xml" own.conf'
ok 'those that do not are an error, and the file stays' '
    run 1 ccm configure "$(settings "file://$scratch/missing.xml")"
    says "(.msg // \"\") | startswith(\"with the new settings no profile can be fetched\")"
    grep -qx "profile file://$scratch/good.xml" own.conf'
done_testing
