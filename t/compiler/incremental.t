#!/bin/sh
# panc --check-deps builds what is out of date and nothing else, says why, and is never misled by its store:
# not by a kill at any moment, not by damage, not by another panc in the same folder.
. "${WEFT_SRC:-.}/t/lib.sh"
here=$(pwd -P)
mkdir -p site site/early out
cat >site/base.pan <<'END'
template base;
variable LOADPATH = list('late');
'/motd' = file_contents('motd');
'/n' = 1;
END
echo hello >site/motd
for i in 1 2 3; do printf "object template n$i;\ninclude 'base';\n'/own' = $i;\n" >site/n$i.pan; done
printf "object template n4;\n'/own' = value('n1:/own');\n" >site/n4.pan
# why [option...]: what is built and why, the folder left out
why() { panc -I site/early:site -o out --why-rebuilt "$@" site/n?.pan | sed "s#$here/##g"; }

ok 'at first everything is built' 'why >got; test "$(grep -c "nothing is known of an earlier build" got)" = 4 && ls out/n?.xml'
ok 'then nothing, and no file is touched' '
    find out -name "n*" | sort | xargs stat -c "%n %Y %Z %i" >before; why >got
    test ! -s got
    find out -name "n*" | sort | xargs stat -c "%n %Y %Z %i" >after; same before after'
ok 'also after time has told that the files are old' '
    sleep 2.1; why >got
    test ! -s got
    why >got && test ! -s got'
ok 'a touched template makes nothing out of date' 'touch site/base.pan site/n1.pan; why >got && test ! -s got'
ok 'a template of the same size and time does' '
    touch -r site/n2.pan ref; sed -i "s/= 2/= 9/" site/n2.pan; touch -r ref site/n2.pan; why >got
    printf "n2: the template \047n2\047 has changed: site/n2.pan\n" >want; same want got; grep -q ">9<" out/n2.xml'
ok 'an object whose values are used makes the user out of date' '
    sed -i "s/= 1/= 8/" site/n1.pan; why >got; grep -q "^n4: the template .n1. has changed" got
    test "$(wc -l <got)" = 2
    grep -q ">8<" out/n4.xml'
ok 'a data file too' 'echo bye >site/motd; why >got; grep -q "^n3: the file .motd. has changed: site/motd" got && grep -q bye out/n3.xml'
ok 'a template that is found earlier now' '
    sed "s/= 1/= 2/" site/base.pan >site/early/base.pan; why >got
    grep -qx "n3: the template .base. is found earlier in the path now: site/early/base.pan" got && grep -q base.PAN.file:.*/early/ out/n3.dep'
ok 'and one that has gone' 'rm site/early/base.pan; why >got; grep -qx "n3: the template .base. has gone: site/early/base.pan" got'
ok 'a data file that is found earlier by LOADPATH' '
    mkdir site/early/late; echo new >site/early/late/motd; why >got
    grep -qx "n3: the file .motd. is found earlier in the path now: site/early/late/motd" got && grep -q new out/n3.xml'
ok 'an output that is missing, or that somebody changed' '
    rm out/n1.xml; echo >>out/n2.dep; why >got
    printf "n1: its file is missing: out/n1.xml\nn2: its file was changed by somebody else: out/n2.dep\n" >want; same want got; tail -1 out/n2.dep | grep -q PAN'
ok 'another format' 'why --formats pan,json >got; grep -qx "n1: it was not made in the format json last time" got; ls out/n1.json'
ok 'other options' '
    why --initial-data "dict(\"a\", 1)" >got; grep -qx "n1: --initial-data is another than last time" got; grep -q "name=.a." out/n1.xml
    why >got; grep -qx "n1: --initial-data is another than last time" got'
ok 'it does not matter where panc is run' 'why >got; (cd site; panc -I early:. -o ../out --why-rebuilt n?.pan) >got; test ! -s got'
ok 'one object can be asked for' 'why >got; test ! -s got; panc -I site/early:site -o out --why-rebuilt=n3 site/n?.pan >got; grep -qx "n3: up to date" got'
ok 'names can be left out of account' '
    echo >>site/base.pan; why --ignore-deps "ba.*" >got; test ! -s got; why >got; test "$(wc -l <got)" = 4
    code 1 panc --check-deps --ignore-deps "(" site/n1.pan'
ok 'what failed is built again, and what needs it, until it is mended' '
    sed -i "s/= 8/= ;/" site/n1.pan
    for i in 1 2; do code 1 panc -I site/early:site -o out --check-deps site/n?.pan 2>err; grep -q "n1.pan:3" err; done
    sed -i "s/= ;/= 8/" site/n1.pan; why >got 2>err; test ! -s err; grep -q ^n4: got; why >got; test ! -s got'
ok 'a file that is no object template is parsed once, unless something is wrong with it' '
    panc -I site -o out --check-deps -v site/base.pan 2>got; panc -I site -o out --check-deps -v site/base.pan 2>got; grep -qx "0 templates" got
    printf "template bad;\n\047/x\047 = ;\n" >site/bad.pan; for i in 1 2; do code 1 panc -I site -o out --check-deps site/bad.pan; done'
ok 'an object that is only looked at is made when it is missing' '
    printf "object template look;\n\047/x\047 = exists(\047n3\047);\n" >site/look.pan; mkdir o2
    panc -I site -o o2 --check-deps site/look.pan; rm o2/n3.xml; panc -I site -o o2 --check-deps site/look.pan; ls o2/n3.xml'
ok 'noaction leaves the store alone' 'echo >>site/motd; cp out/.panc.deps before; panc -n -I site -o out --check-deps site/n?.pan; cmp before out/.panc.deps'

ok 'a damaged store is noticed: everything is built' '
    for damage in "truncate -s 100 out/.panc.deps" "truncate -s 0 out/.panc.deps" "perl -0777 -pi -e \"substr(\\\$_, 300, 1) ^= qq(\\1)\" out/.panc.deps" "echo hello >out/.panc.deps"; do
        why >got; why >got; test ! -s got; eval "$damage"; why >got 2>err
        grep -q "warning: .$here/out/.panc.deps. is .*: everything is built" err; test "$(wc -l <got)" = 4
    done'
# n4 needs n1: two of them may write it, and the store then has the file of the first.
ok 'builds of different objects into one folder know of each other' '
    rm -rf o3; mkdir o3; for i in 1 2 3 4; do panc -j 1 -I site -o o3 --check-deps site/n$i.pan & done; wait
    panc -I site -o o3 --why-rebuilt site/n?.pan >got; sed -i "/^n1: its file was changed by somebody else/d" got; same /dev/null got; same o3/n4.xml out/n4.xml'
ok 'what has gone from the site goes from the store' '
    rm site/n3.pan; echo >>site/n1.pan; panc -I site -o o3 --check-deps site/n?.pan; ! grep -aq n3 o3/.panc.deps'

# Killed at any moment while templates change: the next build is right.
"$WEFT_SRC/t/compiler/site-gen" --nodes "${NODES:-24}" --out gen
mkdir killed clean
build() { exec panc -j 2 --formats json,dep -I gen/profiles:gen -o "$1" "$2" gen/profiles/*.pan; }
ok 'kills never make the store lie' '
    i=0; while [ $i -lt "${KILLS:-12}" ]; do
        printf "template local/node00004;\n\047/software/packages\047 = pkg(\047local-%d\047);\n" $i >gen/local/node00004.pan
        sed -i "s/DOMAIN ?= .*/DOMAIN ?= \"d$((i % 3)).org\";/" gen/site/global.pan
        build killed --check-deps & pid=$!
        perl -e "select undef, undef, undef, rand(0.9) * ($i % 3 + 1) / 3"
        kill -KILL $pid 2>/dev/null || true; wait $pid || true
        i=$((i + 1))
    done
    (build killed --check-deps); (build clean --messages=plain)
    rm -f killed/*.??????; diff -r -x .panc.deps killed clean'
done_testing
