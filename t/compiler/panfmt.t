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

# The classic compiler's tests are a large body of templates nobody laid out for us.
if test -d "${PAN_TESTS:-}"; then
    # outputs TREE OUT: what each folder's templates are compiled to, and which files could not be
    outputs() {
        (cd "$1" && find . -type d) | while read -r dir; do
            mkdir -p "$2/$dir"
            find "$1/$dir" -maxdepth 1 -name "*.pan" -o -maxdepth 1 -name "*.tpl" | sort >list
            test -s list || continue
            xargs timeout 60 panc -j 1 -I "$1/$dir" -o "$2/$dir" --formats pan </dev/null >"$2/$dir/said" 2>&1 -- <list || :
            # The messages, without their places.
            sed -n "s/.*: error: //p" "$2/$dir/said" | sort >"$2/$dir/errors"
            rm "$2/$dir/said"
        done
    }
    # comments TREE: every comment that has its line to itself
    comments() { (cd "$1" && find . -type f | sort | while read -r f; do echo "$f"; sed -n "s/^[ \t]*\(#.*[^ \t\r]\)[ \t\r]*$/\1/p" "$f"; done) }
    cp -R "$PAN_TESTS" classic && cp -R classic laid
    ok "the classic compiler's tests: a second time changes nothing" '
        code 65 panfmt laid 2>err   # some of them are no templates, on purpose
        grep -q ": error: " err
        code 65 panfmt -l laid 2>/dev/null >got; not test -s got
        ! diff -rq classic laid >/dev/null'
    ok '... no comment is lost or changed' 'comments classic >want; comments laid >got; test "$(wc -l <want)" -gt 1000; same want got'
    ok '... and all that compiles is compiled to the same, all that does not fails with the same words' '
        outputs "$scratch/classic" "$scratch/want.d"; outputs "$scratch/laid" "$scratch/got.d"
        test "$(find want.d -name "*.xml" | wc -l)" -gt 100; diff -r want.d got.d'
else
    skip "the classic compiler's tests keep their meaning" 'PAN_TESTS does not name a copy of them'
fi
done_testing
