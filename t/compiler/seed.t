#!/bin/sh
# The example of the design talk of 2002 (templates/seed) compiles in its own dialect, and its translation into
# today's Pan gives the same data.
. "${WEFT_SRC:-.}/t/lib.sh"
seed=$WEFT_SRC/templates/seed

ok 'today'\''s dialect refuses it and says where' '
    mkdir now && ! panc --formats pan --include-path "$seed" --output-dir now "$seed/TEST_i386_rh72.tpl" 2>err
    grep -q "TEST_i386_rh72.tpl:6" err && test ! -e now/TEST_i386_rh72.xml'

# Data alone: no derivation, list items without names, keys sorted.
ok 'the translation gives the same data' '
    mkdir -p old new
    panc --dialect 2002 --warnings off --formats json --include-path "$seed" --output-dir old "$seed/TEST_i386_rh72.tpl"
    panc --formats json --include-path "$seed/modern" --output-dir new "$seed/modern/TEST_i386_rh72.pan"
    same new/TEST_i386_rh72.json old/TEST_i386_rh72.json
    grep -q "\"ip\": \"192.168.0.1\"" new/TEST_i386_rh72.json'
done_testing
