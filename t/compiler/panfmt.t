#!/bin/sh
# panfmt writes templates in one layout, says which would change, and never changes what they mean.
. "${WEFT_SRC:-.}/t/lib.sh"

printf "template a;\n'/a'=list(1,2);\n" >a.pan
printf "template b;\n'/b' = 1;\n" >b.pan
printf "template c;\n'/c' = 'x;\n" >c.pan

ok 'without files it is a filter' "panfmt <a.pan >got; printf \"template a;\n'/a' = list(1, 2);\n\" | same - got"
ok '-l names what would change, 1 says that something would' 'code 1 panfmt -l a.pan b.pan >got; echo a.pan | same - got; code 0 panfmt -l b.pan'
ok '-n shows the change and writes nothing' "cp a.pan before; code 1 panfmt -n a.pan >got; same before a.pan; grep -qxF \"+'/a' = list(1, 2);\" got"
ok 'files are replaced' "code 0 panfmt a.pan b.pan; grep -qxF \"'/a' = list(1, 2);\" a.pan; code 0 panfmt -l a.pan b.pan"
ok 'a file that is no template is told with its place and left alone, the others are laid out' "
    printf \"template d;\n'/d'=1;\n\" >d.pan; cp c.pan before
    code 65 panfmt c.pan d.pan 2>err; same before c.pan
    head -1 err | grep -q '^c.pan:2:8: error: '
    grep -qxF \"'/d' = 1;\" d.pan"
ok 'a folder stands for the templates below' 'rm -f *.pan; mkdir -p s/t; printf "template x ;\n" >s/t/x.pan; printf " y" >s/y.txt; panfmt s; echo "template x;" | same - s/t/x.pan; printf " y" | same - s/y.txt'
ok 'the library: a second time changes nothing' 'cp -R "$WEFT_SRC/templates" lib; panfmt lib && code 0 panfmt -l lib'
ok 'the checker of style agrees: neither LC001 nor LP001 to LP003 nor LP007 to LP009 are left' '
    panlint --ide --always_exit_success lib >got; ! grep -E "LC001|LP00[123789]" got'
ok 'the example site is compiled to the same' '
    objects=$(cd lib && grep -rl "^object template" example)
    path=$(sed "s,^,$PWD/lib/," lib/example/include-path | tr "\n" ":")$PWD/lib
    mkdir one two
    (cd lib && panc -j 1 -I "$path" -o ../one --formats json $objects)
    (cd "$WEFT_SRC/templates" && panc -j 1 -I "$(printf %s "$path" | sed "s,$PWD/lib,$WEFT_SRC/templates,g")" -o "$scratch/two" --formats json $objects)
    test "$(ls one | wc -l)" -gt 10 && diff -r one two'
done_testing
