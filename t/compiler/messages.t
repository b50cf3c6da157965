#!/bin/sh
# Mistakes everybody makes, and what panc says about them: messages/NAME.pan fails with status 1 and prints
# messages/NAME.err, to the letter. make accept (WEFT_ACCEPT=1) rewrites the expected files: read the difference.
. "${WEFT_SRC:-.}/t/lib.sh"
messages=$WEFT_SRC/t/compiler/messages
mkdir out

# The message, with file names as somebody standing in the folder would write them.
said() {
    code 1 panc -I "$messages" -o out --formats json "$messages/$1.pan" 2>printed &&
    sed -e "s#$messages/##g" -e "s#$messages#.#g" printed
}

for file in "$messages"/*.pan; do
    name=${file##*/}; name=${name%.pan}
    [ -n "$WEFT_ACCEPT" ] && said "$name" >"$messages/$name.err"
    ok "$name" 'said "$name" >got; same "$messages/$name.err" got'
done
done_testing
