#!/bin/sh
# Which files panc writes, and what is in those that are no profile: the corner cases of output and tools.
. "${WEFT_SRC:-.}/t/lib.sh"
mkdir out

# template 'name' 'text': a file of that name with that text; panc is run in this folder
template() { mkdir -p "$(dirname "$1")"; printf '%s\n' "$2" >"$1.pan"; }

template other "object template other; '/b' = 2;"
template looks "object template looks; '/x' = if_exists('other');"
ok 'case 063: an object that is only looked at is built and written too' '
    panc -o out --formats json looks.pan && ls out >got && printf "looks.json\nother.json\n" >want && same want got'
template ends "object template ends; '/a' = 'b';"
ok 'case 132: JSON has no line end at the end, XML has one' '
    panc -o out --formats json,pan ends.pan
    test "$(tail -c 1 out/ends.json)" = "}" && test -z "$(tail -c 1 out/ends.xml)"'
template below/net "declaration template net; variable NET = 1;"
template needed "object template needed; '/n' = if (exists('not/there')) 1 else 2; '/t' = file_exists('no.txt');"
template whole "object template whole; variable LOADPATH = list('below'); include 'net'; '/n' = value('needed:/n');"
ok 'case 133: dependencies of what is used, what is missing, and what was found by LOADPATH' '
    panc -o out --formats dep whole.pan
    printf "%s\n" "needed PAN file:$PWD/" "net PAN file:$PWD/below/" "no.txt ABSENT_TEXT " "not/there ABSENT_SOURCE " \
        "whole PAN file:$PWD/" >want && same want out/whole.dep'
template runs "object template runs; '/x' = error('only when it runs');"
ok 'case 134: with --formats none nothing is run' 'panc -o out --formats none runs.pan && code 1 panc -o out runs.pan'
template plain "template plain; '/x' = error('only when it runs');"
ok 'case 135: an ordinary template is compiled, and nothing written' '
    mkdir none; panc -o none plain.pan && test -z "$(ls none)"'
template bad "object template bad; bind '/x' = string; '/x' = 1;"
template needs_bad "object template needs_bad; '/y' = value('bad:/x');"
ok 'case 136: who depends on an invalid object is not written, and its error is told once' '
    code 1 panc -o out --formats json bad.pan needs_bad.pan 2>got
    grep -c "error:" got | grep -qx 1 && test ! -e out/bad.json && test ! -e out/needs_bad.json'
template ns/host1 "object template ns/host1; '/a' = 1;"
ok 'case 138: an object in a namespace is written into a folder of that name' '
    panc -o out --formats pan ns/host1.pan && test -s out/ns/host1.xml'
done_testing
