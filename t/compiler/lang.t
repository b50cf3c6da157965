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
    then cat "out/$1.$format"; else sed "s#$lang/##g" printed; fi
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
done_testing
