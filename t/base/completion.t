#!/bin/sh
# Completion in bash: what the Tab key offers comes from the program itself.
. "${WEFT_SRC:-.}/t/lib.sh"

for p in panc cdb; do ln -s "$WEFT_SRC/base/completion.bash" "$p"; done

# offers PROGRAM WORD... -- CANDIDATE...: at the end of this line Tab offers just these
offers() {
    # shellcheck disable=SC2016
    bash -c 'words=()
        while [ "$1" != -- ]; do words+=("$1"); shift; done; shift
        . "./$words"; COMP_WORDS=("${words[@]}"); COMP_CWORD=$((${#words[@]} - 1))
        _weft "$words" "${words[-1]}" ""
        echo "offered: ${COMPREPLY[*]}"; test "${COMPREPLY[*]}" = "$*"' bash "$@"
}

ok 'a command' 'offers cdb comm -- commit'
ok 'an option of a command' 'offers cdb commit --mess -- --message'
ok 'options that all programs have' 'offers cdb log --ver -- --version --verbose'
ok 'an option of a program without commands' 'offers panc --include -- --include-path'
ok 'nothing where a value belongs: the shell offers files' 'offers cdb --root "" --'
ok 'nothing where an operand belongs' 'offers panc "" --'
done_testing
