#!/bin/sh
# panlint tells what is wrong with the style of templates, where, and puts right what it safely can.
. "${WEFT_SRC:-.}/t/lib.sh"

printf "template a;\n\n'/a'=list(1,2);\nvariable NET = 1;\n" >a.pan
printf "template b;\n\n'/b' = 1;\n" >b.pan

ok 'each line is shown with what was found and marks below' "
    code 1 panlint a.pan >got
    cat >want <<'END'
a.pan:3: advice: LC001: '=' has no blank around it
a.pan:3: advice: LP007: no blank behind a comma
'/a'=list(1,2);
    ^      ^
a.pan:4: advice: LP011: the global variable 'NET' has a short name
variable NET = 1;
         ^^^
END
    same want got"
ok 'nothing found: silence and 0' 'panlint b.pan >got && ! test -s got'
ok '--vi gives what an editor takes' "code 1 panlint --vi a.pan >got; grep -qx \"a.pan +3 #advice: LC001: '=' has no blank around it\" got"
ok '--ide leaves the source out' 'code 1 panlint --ide a.pan >got; test "$(wc -l <got)" = 3'
ok '--table has one finding a line' 'code 1 panlint --table a.pan >got; test "$(wc -l <got)" = 3; grep -q "^a.pan  *4  advice   LP011  " got'
ok '--json is a list of objects' "code 1 panlint --json a.pan b.pan >got
    jq -e '.[0] == {file: \"a.pan\", line: 3, column: 5, end_column: 6, rule: \"LC001\", severity: \"advice\", message: \"\u0027=\u0027 has no blank around it\", fixable: true}' got
    test \"\$(jq length got)\" = 3; code 0 panlint --json b.pan >got; jq -e '. == []' got"
ok '--tree knows what nobody uses' "mkdir tree; printf \"template tree/u;\n\nvariable USED1 = 1;\nvariable OTHER = USED1;\n\" >tree/u.pan
    code 0 panlint tree; code 1 panlint --ide --tree tree tree >got
    echo \"tree/u.pan:4: advice: UN002: the global variable 'OTHER' is read nowhere in the tree\" | same - got; rm -r tree"
ok '--summary counts' 'code 1 panlint --ide --summary a.pan b.pan >got; grep -qx "     1  LP011  .*" got'
ok '--suppress hides, --threshold decides the status' '
    code 1 panlint --suppress warning a.pan >got
    not test -s got
    code 0 panlint --threshold Warning a.pan >/dev/null
    code 0 panlint --always_exit_success a.pan >/dev/null'
ok 'an unknown severity is a wrong call' "code 64 panlint --suppress bad a.pan 2>err; grep -qx \"panlint: error: --suppress needs advice, warning or error, not 'bad'\" err"
ok 'a missing file is told' "code 74 panlint none.pan 2>err; grep -qx \"panlint: error: there is no file 'none.pan'\" err"
ok 'patterns and folders name files' 'code 1 panlint --ide "?.pan" >got; test "$(wc -l <got)" = 3; code 1 panlint --ide . >got2; sed "s,^\./,," got2 | same got -'
ok '--fix -n shows the change and makes none' 'cp a.pan before; code 1 panlint --fix -n a.pan >got; same before a.pan; grep -qxF "+'"'/a' = list(1, 2);"'" got'
ok '--fix writes, and a second run has nothing to do' "code 1 panlint --fix --ide a.pan >got
    test \"\$(sed -n 3p a.pan)\" = \"'/a' = list(1, 2);\"
    test \"\$(wc -l <got)\" = 1
    cp a.pan before; code 1 panlint --fix a.pan >/dev/null; same before a.pan"
ok 'the rules are listed' 'panlint --rules >got; grep -q "^LP004  warning  fix  the old names" got'
ok 'the rules in the page are those of the program' "panlint --rules | awk '{print \$1}' >want
    sed -n 's/^\.It Li \([A-Z]*[0-9]*\) .*/\1/p' \"\$WEFT_SRC/man/panlint.1\" >got; same want got"
done_testing
