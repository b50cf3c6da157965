#!/bin/sh
# Every program has a page that is clean, and whose SYNOPSIS is what -h prints.
. "${WEFT_SRC:-.}/t/lib.sh"

# The words of a page's SYNOPSIS, as they are printed.
synopsis() {
    mandoc -T ascii "$1" | col -bx | sed -n '/^SYNOPSIS/,/^[A-Z]/{/^[A-Z]/d;p;}' | tr -s ' \n' ' ' | sed 's/^ //;s/ $//'
}
usage() { "$1" -h | awk '/^usage:/ {sub(/^usage: /, ""); print; on = 1; next} on && /^       / {print; next} {on = 0}' | tr -s ' \n' ' ' | sed 's/^ //;s/ $//'; }

for page in "$WEFT_SRC"/man/*.[1-8]; do
    ok "${page##*/} is clean" "mandoc -T lint -W warning '$page'"
done
for bin in "$WEFT_OUT"/bin/*; do
    [ -f "$bin" ] && [ -x "$bin" ] && [ ! -L "$bin" ] || continue
    p=${bin##*/}
    ok "$p has a page" "ls '$WEFT_SRC'/man/$p.[18]"
    page=$(ls "$WEFT_SRC"/man/"$p".[18] 2>/dev/null | head -1)
    [ -n "$page" ] || continue
    ok "the synopsis of $p is what -h prints" "synopsis '$page' >want; usage '$bin' >got; same want got"
done
for c in $(ncm-component --list | cut -d' ' -f1); do
    ok "ncm(7) leads to the page of $c" "grep -qx '.It Xr ncm-$c 8' '$WEFT_SRC/man/ncm.7' && test -f '$WEFT_SRC/man/ncm-$c.8'"
done
done_testing
