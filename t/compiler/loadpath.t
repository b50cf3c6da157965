#!/bin/sh
# Each folder can say where names are looked for (loadpath(5)): panc takes what the nearest file above an object's
# template says, understands the properties of SCDB's clusters, and reports names found twice.
. "${WEFT_SRC:-.}/t/lib.sh"

# put FILE 'text': a file and its folders
put() { mkdir -p "$(dirname "$1")"; printf '%s\n' "$2" >"$1"; }
# value OBJECT PATTERN: the profile has it
value() { grep -q "$2" "out/$1.json" || { cat "out/$1.json"; false; }; }
mkdir -p out

put site/os/el7/config/os.pan 'template config/os; "/os" = "el7";'
put site/os/el9/config/os.pan 'template config/os; "/os" = "el9";'
for c in a:el7 b:el9; do
    put "site/clusters/${c%:*}/profiles/${c%:*}1.pan" "object template ${c%:*}1; include 'config/os';"
    put "site/clusters/${c%:*}/profiles/rack/${c%:*}2.pan" "object template rack/${c%:*}2; include 'config/os';"
    put "site/clusters/${c%:*}/.loadpath" "profiles
../../os/${c#*:}   # the system of this cluster"
done

ok 'each object has the load path of the nearest folder that says one, whatever the number of threads' '
    for jobs in 1 4; do
        rm -rf out/*
        panc -j$jobs -o out --formats json site/clusters/*/profiles/*.pan site/clusters/*/profiles/rack/*.pan 2>err
        test ! -s err
        value a1 el7
        value rack/a2 el7
        value b1 el9
        value rack/b2 el9
    done'

ok 'what many objects share is not shared by objects that find something else' '
    for n in $(seq 1 40); do
        for c in a b; do
            echo "object template many/$c$n; include \"config/os\"; \"/n\" = $n;" >site/clusters/$c/profiles/many-$c$n.pan
            mkdir -p site/clusters/$c/profiles/many
            mv site/clusters/$c/profiles/many-$c$n.pan site/clusters/$c/profiles/many/$c$n.pan
        done
    done
    panc -j2 -o out --formats json site/clusters/*/profiles/many/*.pan
    test "$(grep -l el7 out/many/a*.json | wc -l)" = 40
    test "$(grep -l el9 out/many/b*.json | wc -l)" = 40'

ok 'folders may also be named from the folder that has the first of them' '
    printf "clusters/a/profiles\nos/el9\n" >site/clusters/a/.loadpath
    panc -o out --formats json site/clusters/a/profiles/a1.pan
    value a1 el9'

ok 'the file include-path is read the same way, and .loadpath goes before it' '
    printf "clusters/a/profiles\nos/el7\n" >site/clusters/a/include-path
    panc -o out --formats json site/clusters/a/profiles/a1.pan
    value a1 el9
    mv site/clusters/a/.loadpath saved
    panc -o out --formats json site/clusters/a/profiles/a1.pan
    value a1 el7'

ok 'a file nearer to the object counts alone' '
    printf "rack-profiles\n../../../os/el7\n" >site/clusters/b/profiles/.loadpath
    mkdir -p site/clusters/b/profiles/rack-profiles
    echo "object template near; include \"config/os\";" >site/clusters/b/profiles/rack-profiles/near.pan
    panc -o out --formats json site/clusters/b/profiles/rack-profiles/near.pan
    value near el7
    rm -r site/clusters/b/profiles/.loadpath site/clusters/b/profiles/rack-profiles'

ok '-I counts for all objects, whatever the folders say' '
    code 1 panc -I site/clusters/a/profiles:site/os/el9 -o out --formats json site/clusters/[ab]/profiles/?1.pan 2>err
    value a1 el9
    grep -q "object template .b1. cannot be located" err'

ok 'values of an object with another load path are those of its own' '
    printf "clusters/a/profiles\nclusters/b/profiles\nos/el7\n" >site/clusters/a/.loadpath
    echo "object template asks; \"/theirs\" = value(\"b1:/os\"); include \"config/os\";" >site/clusters/a/profiles/asks.pan
    panc -o out --formats json site/clusters/a/profiles/asks.pan
    value asks "\"theirs\": *\"el9\""
    value asks "\"os\": *\"el7\""
    value b1 el9
    rm site/clusters/a/profiles/asks.pan'

ok 'a template found twice is reported once, with the one that counts; equal ones are not' '
    printf "clusters/a/profiles\nos/el7\nos/el9\n" >site/clusters/a/.loadpath
    panc -o out --formats json site/clusters/a/profiles/a1.pan site/clusters/a/profiles/rack/a2.pan 2>err
    value a1 el7
    d=$(realpath site)
    echo "$d/clusters/a/.loadpath: warning: template '"'config/os'"' is found twice: '"'\$d/os/el7/config/os.pan'"' counts, '"'\$d/os/el9/config/os.pan'"' does not" | sed "s|\\\$d|$d|g" >want
    same want err
    panc --warnings off -o out --formats json site/clusters/a/profiles/a1.pan 2>err
    test ! -s err
    cp site/os/el7/config/os.pan kept
    cp site/os/el9/config/os.pan site/os/el7/config/os.pan
    panc -o out --formats json site/clusters/a/profiles/a1.pan 2>err
    test ! -s err
    cp kept site/os/el7/config/os.pan'

ok 'a folder that is not there is reported' '
    printf "clusters/a/profiles\nos/el7\nos/el8\n" >site/clusters/a/.loadpath
    panc -o out --formats json site/clusters/a/profiles/a1.pan 2>err
    grep -q "clusters/a/.loadpath: warning: there is no folder .os/el8.$" err
    value a1 el7'

ok 'one name in two clusters is refused: one profile would take the place of the other' '
    echo "object template b1; include \"config/os\";" >site/clusters/a/profiles/b1.pan
    code 1 panc -o out --formats json site/clusters/a/profiles/b1.pan site/clusters/b/profiles/b1.pan 2>err
    grep -q "object template .b1. is in two files: .*clusters/a/profiles/b1.pan. and .*clusters/b/profiles/b1.pan" err
    rm site/clusters/a/profiles/b1.pan'

ok 'an object that its own load path does not lead to is told with the file that says it' '
    printf "os/el7\n" >site/clusters/a/.loadpath
    code 1 panc -o out --formats json site/clusters/a/profiles/a1.pan 2>err
    grep -q "object template .a1. cannot be located" err
    grep -q "hint: add .*clusters/a/profiles. to the load path in .*clusters/a/.loadpath" err'

ok 'with --check-deps another load path makes its objects out of date, and no others' '
    printf "profiles\n../../os/el7\n" >site/clusters/a/.loadpath
    rm -rf out/*
    panc --check-deps -o out --formats json site/clusters/*/profiles/?1.pan
    test -z "$(panc --why-rebuilt -o out --formats json site/clusters/*/profiles/?1.pan)"
    printf "profiles\n../../os/el9\n" >site/clusters/a/.loadpath
    panc --why-rebuilt -o out --formats json site/clusters/*/profiles/?1.pan >why
    echo "a1: its load path is another than last time" >want
    same want why
    value a1 el9
    touch site/os/el9/config/os.pan
    echo "template config/os; \"/os\" = \"el9.1\";" >site/os/el9/config/os.pan
    panc --check-deps -o out --formats json site/clusters/*/profiles/?1.pan
    value a1 el9.1
    value b1 el9.1'

# ---- SCDB

for c in a:1.0 b:2.0; do
    put "scdb/cfg/clusters/${c%:*}/cluster.build.properties" "cluster.pan.includes=lib/${c#*:} standard"
    put "scdb/cfg/clusters/${c%:*}/profiles/${c%:*}1.pan" "object template ${c%:*}1; include 'lib/t'; include 'site/own'; include 'common';"
    put "scdb/cfg/clusters/${c%:*}/site/own.pan" "template own; '/wrong' = true;"
    put "scdb/cfg/clusters/${c%:*}/site/own.pan" "template site/own; '/own' = '${c%:*}';"
    put "scdb/cfg/lib/${c#*:}/lib/t.pan" "template lib/t; '/version' = '${c#*:}';"
done
put scdb/cfg/standard/common.pan "template common; '/common' = true;"

ok 'the include lists of SCDB clusters count, with the folders of the cluster before them' '
    rm -rf out/*
    panc -o out --formats json scdb/cfg/clusters/*/profiles/*.pan 2>err
    test ! -s err
    value a1 "\"version\": *\"1.0\""
    value a1 "\"own\": *\"a\""
    value a1 "\"common\": *true"
    value b1 "\"version\": *\"2.0\""'

ok 'patterns, continued lines, commas, escapes and references to other properties are read as Ant does' '
    mkdir -p scdb/cfg/grid/umd-3/x/deep scdb/cfg/grid/umd-4 scdb/cfg/grid/.hidden
    echo "template in/deep; \"/deep\" = true;" >scdb/cfg/grid/umd-3/x/deep/deep.pan
    mkdir -p scdb/cfg/grid/umd-3/x/in
    echo "template in/deep; \"/deep\" = \"x\";" >scdb/cfg/grid/umd-3/x/in/deep.pan
    printf "%s\n" "# a comment \\" "! another" "lib.version : 2.0" "cluster.pan.includes = gri?/umd-*/**,\\" "    lib/\${lib.version}  \\" "  st\\u0061ndard \${unknown}" >scdb/cfg/clusters/a/cluster.build.properties
    echo "object template a1; include \"lib/t\"; include \"common\"; include \"in/deep\";" >scdb/cfg/clusters/a/profiles/a1.pan
    panc -o out --formats json scdb/cfg/clusters/a/profiles/a1.pan 2>err
    grep -q "there is no folder .\${unknown}.$" err
    value a1 "\"version\": *\"2.0\""
    value a1 "\"deep\": *\"x\""
    value a1 "\"common\": *true"'

ok 'properties of the site count before those of the cluster, those of its group behind' '
    mkdir -p scdb/cfg/clusters/group/c/profiles
    echo "object template c1; include \"lib/t\";" >scdb/cfg/clusters/group/c/profiles/c1.pan
    echo "cluster.pan.includes=lib/1.0" >scdb/cfg/clusters/group/cluster.group.build.properties
    panc -o out --formats json scdb/cfg/clusters/group/c/profiles/c1.pan
    value c1 1.0
    echo "cluster.pan.includes=lib/2.0" >scdb/cfg/clusters/group/c/cluster.build.properties
    panc -o out --formats json scdb/cfg/clusters/group/c/profiles/c1.pan
    value c1 2.0
    echo "cluster.pan.includes=lib/1.0" >scdb/quattor.build.properties
    panc -o out --formats json scdb/cfg/clusters/group/c/profiles/c1.pan
    value c1 1.0'

ok 'a load path without end is refused: links in a circle, values that double' '
    mkdir -p loop/clusters/x/profiles loop/lib
    echo "object template x1;" >loop/clusters/x/profiles/x1.pan
    for i in 1 2 3; do
        for j in 1 2 3; do ln -s .. loop/lib/l$i$j; done
    done
    echo "cluster.pan.includes=lib/**" >loop/clusters/x/cluster.build.properties
    code 1 panc -o out loop/clusters/x/profiles/x1.pan 2>err
    grep -q "has more than 10000 folders" err
    { echo "a0=aaaaaaaa"; for i in $(seq 1 40); do echo "a$i=\${a$((i - 1))}\${a$((i - 1))}"; done; } >loop/clusters/x/cluster.build.properties
    code 1 panc -o out loop/clusters/x/profiles/x1.pan 2>err
    grep -q "a property is longer than" err'

done_testing
