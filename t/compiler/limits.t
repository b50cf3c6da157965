#!/bin/sh
# Small templates that would make enormous values, or run for ever, end with a message and status 1.
. "${WEFT_SRC:-.}/t/lib.sh"
mkdir out

# refused 'name' 'part of the message': the template on standard input, after its first line
refused() {
    { echo "object template $1;"; cat; } >"$1.pan"
    code 1 panc -j 1 -o out --formats json "$1.pan" 2>got && grep -q "$2" got || { head -c 2000 got; false; }
}
double='for (i = 0; i < 60; i = i + 1) a = '
much='evaluation limit reached'

ok 'a string doubled for ever' 'echo "'\''/x'\'' = { a = '\''x'\''; $double a + a; a };" | refused strings "result is larger than 256 MiB"'
ok 'a list merged with itself' 'echo "'\''/x'\'' = { a = list(1); $double merge(a, a); a };" | refused merges "$much"'
ok 'a list that holds itself twice, put into the tree' 'echo "'\''/x'\'' = { a = list(1); $double list(a, a); a };" | refused lists "the tree has more than 10000000 elements"'
ok '... or made a string' 'echo "'\''/x'\'' = { a = list(1); $double list(a, a); to_string(a) };" | refused text "more than 10000000 elements"'
ok 'an index far away' 'echo "'\''/x/49000000'\'' = 1;" | refused index "$much"'
ok 'pieces without number' 'echo "'\''/x'\'' = { a = '\''x'\''; for (i = 0; i < 25; i = i + 1) a = a + a; split('\'''\'', a) };" | refused pieces "$much"'
ok 'a field of a million megabytes' 'echo "'\''/x'\'' = format('\''%2000000000s'\'', '\''a'\'');" | refused wide "is larger than"'
ok 'a path deeper than anything' '
    echo "'\''/x$(printf "%03000d" 0 | sed s,0,/a,g)'\'' = 1;" | refused deep "deeper than 2000 levels"'
ok 'lists in lists in lists' 'echo "'\''/x'\'' = { a = list(); for (i = 0; i < 9999; i = i + 1) a = list(a); a };" | refused nested "deeper than 2000 levels"'
ok 'a list inside itself' 'echo "'\''/x'\'' = { a = list(); append(a, a); a };" | refused itself "cannot be stored inside itself\|levels deep\|deeper than"'
ok 'types that include each other twice' '
    { echo "type r0 = { '\''f'\'' ? long };"
      for i in $(seq 1 40); do echo "type r$i = { include r$((i - 1)) include r$((i - 1)) };"; done
      echo "bind '\''/x'\'' = r40; '\''/x'\'' = dict();"; } | refused includes "$much"'
ok 'defaults that make defaults' '
    { echo "type r0 = { '\''f'\'' ? long };"
      for i in $(seq 1 40); do echo "type r$i = { '\''a'\'' : r$((i - 1)) = dict() '\''b'\'' : r$((i - 1)) = dict() };"; done
      echo "bind '\''/x'\'' = r40; '\''/x'\'' = dict();"; } | refused defaults "$much"'
ok 'names within names within names' '
    { for i in 1 2 3 4 5 6 7 8; do r="\${V$((i + 1))}"; echo "variable V$i = '\''$r$r$r$r$r$r$r$r$r$r'\'';"; done
      echo "variable V9 = '\''x'\''; '\''/x'\'' = substitute('\''\${V1}'\'');"; } | refused names "too many names within names\|$much"'
ok 'loops that make one long text after the other' '
    echo "'\''/x'\'' = { a = '\''x'\''; for (i = 0; i < 20; i = i + 1) a = a + a; for (i = 0; i < 9999; i = i + 1) b = a + a; };" |
        refused loops "$much"'
ok 'a regular expression that tries everything' '
    echo "'\''/x'\'' = match('\''aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'\'', '\''^(a+)+\$'\'');" | refused regex "takes too long"'
ok 'a deep JSON text' '{ printf "'\''/x'\'' = json_decode('\''"; head -c 100000 /dev/zero | tr "\0" "["; echo "'\'');"; } | refused json "levels"'
done_testing
