#!/bin/sh
# The language, one case a file: lang/NNN-words.pan is compiled; what comes out is lang/NNN-words.json
# (or .xml), or its messages are lang/NNN-words.err. Further templates a case needs are in lib/.
# make accept (WEFT_ACCEPT=1) rewrites the expected files; a line "# options: ..." is for the command line.
. "${WEFT_SRC:-.}/t/lib.sh"
lang=$WEFT_SRC/t/compiler/lang

# What the compiler makes of one case: json and exit 0, or the messages without the folder's name.
outcome() {
    rm -rf out; mkdir out
    options=$(sed -n 's/^# options: //p' "$lang/$1.pan")
    format=json; [ -e "$lang/$1.xml" ] && format=xml
    if eval panc -I "$lang" -o out --formats $format "$options" "$lang/$1.pan" >printed 2>&1
    then cat "out/$1.$format"; else sed "s#$lang/##g" printed; rm -f "out/$1.$format"; fi
}

for file in "$lang"/[0-9]*.pan; do
    name=${file##*/}; name=${name%.pan}
    outcome "$name" >got
    if [ -n "$WEFT_ACCEPT" ]; then
        rm -f "$lang/$name.err"
        if [ -e "out/$name.json" ]; then cp got "$lang/$name.json"
        elif [ -e "out/$name.xml" ]; then cp got "$lang/$name.xml"
        else rm -f "$lang/$name.json" "$lang/$name.xml"; cp got "$lang/$name.err"; fi
    fi
    for want in "$lang/$name.json" "$lang/$name.xml" "$lang/$name.err"; do [ -e "$want" ] && break; done
    ok "$name" "same '$want' got"
done

# Every corner case of the language has its number, 1 to 140, and a file here or a claim in one of these tests
# that begins with it.
elsewhere='063 output
132 output
133 output
134 output
135 output
136 output
138 output
140 seed'
ok 'each numbered corner case has a test' '
    missing=
    for n in $(seq -w 1 140); do
        set -- "$lang/$n"-*.pan
        [ -e "$1" ] && continue
        test=$(echo "$elsewhere" | sed -n "s/^$n //p")
        grep -q "^ok .case $n: " "$WEFT_SRC/t/compiler/${test:-lang}.t" || missing="$missing $n"
    done
    test -z "$missing" || { echo "no test for$missing"; false; }'
done_testing
