#!/bin/sh
# sysconfig writes files of KEY=value lines, and removes those that left the configuration.
. "${WEFT_SRC:-.}/t/ncm/component.sh"
files='{"files": {"mond": {"OPTIONS": "\"-v\"", "prologue": "# by the site", "epilogue": "export OPTIONS"}}}'
ok 'check reports and writes nothing' 'run 0 sysconfig check "$files" && changed /etc/sysconfig/mond && test ! -e "$NCM_ROOT/etc/sysconfig"'
ok 'writes keys between prologue and epilogue' 'run 0 sysconfig configure "$files" && holds /etc/sysconfig/mond <<-"END"
	# Written by ncm-sysconfig (Weft); local changes are lost.
	# by the site
	OPTIONS="-v"
	export OPTIONS
	END'
ok 'changes nothing on a second run' 'run 0 sysconfig configure "$files" && changed'
ok 'removes a file that left the configuration' 'run 0 sysconfig configure "{\"files\": {}}" "\"previous\": $files" && changed /etc/sysconfig/mond && test ! -e "$NCM_ROOT/etc/sysconfig/mond"'
ok 'a value with blanks gets quotes, one that has its own keeps them' '
    run 0 sysconfig configure "{\"files\": {\"f\": {\"A\": \"two words\", \"B\": \"say \\\"hi\\\" now\", \"C\": \"\u0027x y\u0027\", \"D\": \"(a b)\", \"E\": \"plain\", \"F\": \"it\u0027s\", \"G\": \"a;id\", \"H\": \" x \"}}}"
    tail -n +2 "$NCM_ROOT/etc/sysconfig/f" | tr "\047" / >got
    printf "%s\n" "A=\"two words\"" "B=/say \"hi\" now/" "C=/x y/" "D=(a b)" "E=plain" "F=\"it/s\"" "G=\"a;id\"" "H=x" >want
    same want got'
ok 'a name that is none for a shell is an error' 'run 1 sysconfig configure "{\"files\": {\"f\": {\"a b\": \"c\"}}}" && changed'
ok 'takes no path for a name' 'run 1 sysconfig configure "{\"files\": {\"../x\": {\"a\": \"b\"}}}" && test ! -e "$NCM_ROOT/etc/x"'
done_testing
