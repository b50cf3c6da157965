#!/bin/sh
# The files for editors are made from the compiler's tables by the build, and Vim shows with them what is what.
. "${WEFT_SRC:-.}/t/lib.sh"
export files="$WEFT_OUT/share/editor"

ok "the build made Vim's syntax and completion and the TextMate grammar" '
    pan-lsp --editor vim-syntax | same "$files/vim/syntax/pan.vim" -
    pan-lsp --editor vim-completion | same "$files/vim/autoload/pan.vim" -
    pan-lsp --editor textmate | same "$files/vscode/syntaxes/pan.tmLanguage.json" -'
ok 'an unknown file is a wrong call' 'code 64 pan-lsp --editor emacs 2>err; grep -q "vim-syntax, vim-completion or textmate" err'
ok 'the files for Visual Studio Code are JSON, and name each other' '
    jq -e . "$files/vscode/language-configuration.json"
    path=$(jq -r ".contributes.grammars[0].path" "$files/vscode/package.json")
    test "$(jq -r .scopeName "$files/vscode/$path")" = "$(jq -r ".contributes.grammars[0].scopeName" "$files/vscode/package.json")"'
ok 'the TextMate rules are regular expressions that match what they should' '
    grammar=$files/vscode/syntaxes/pan.tmLanguage.json
    jq -r ".. | objects | (.match, .begin) // empty" "$grammar" >rules
    test "$(wc -l <rules)" -gt 20
    while IFS= read -r rule; do printf "x" | grep -qP -- "$rule" || test $? = 1; done <rules
    rule() { jq -r ".patterns[] | select(.name == \"$1.pan\") | .match" "$grammar"; }
    echo "to_lowercase (X)" | grep -qP -- "$(rule support.function)"
    ! echo "to_lowercase" | grep -qP -- "$(rule support.function)"
    echo "extensible" | grep -qP -- "$(rule storage.modifier)"
    for n in 0x1F 017 1.5e-3 2e9; do test "$(echo $n | grep -oP -- "$(rule constant.numeric)")" = "$n"; done'

cat >sample.pan <<'END'
# a comment TODO
@{ desc = a note }
object template site/if-x;
variable LIST = list('it''s', "a\n\q", SELF, 0x1F, undef);
type t = extensible { 'a' ? long(1..5) with match(SELF, "x") };
'/motd' = <<EOT + "x";
text # no comment
EOT
foreach
END
cat >look.vim <<'END'
set nocompatible nomore
let &runtimepath = $VIM_FILES . ',' . &runtimepath
filetype plugin on
syntax on
edit sample.pan
let names = []
for [l, text] in [[1, 'comment'], [1, 'TODO'], [2, 'desc'], [2, 'note'], [3, 'object'], [3, 'site'], [4, 'variable'], [4, 'list'], [4, 's'''],
      \ [4, '\\n'], [4, '\\q'], [4, 'SELF'], [4, '0x1F'], [4, 'undef'], [5, 'type'], [5, 'extensible'], [5, 'long'], [5, 'with'], [5, 'match'],
      \ [6, 'EOT'], [7, 'comment'], [9, 'foreach']]
  let col = match(getline(l), text) + 1
  call add(names, text . ' ' . synIDattr(synID(l, col, 1), 'name'))
endfor
call add(names, &filetype . ' ' . &formatprg . ' ' . &omnifunc)
call add(names, join(map(pan#Complete(0, 'to_l'), {_, w -> w.word . w.menu}), ' '))
call writefile(names, 'got')
qall!
END
cat >want <<'END'
comment panComment
TODO panTodo
desc panAnnotationKey
note panAnnotation
object panHeader
site panName
variable panStatement
list panFunction
s' panString
\\n panEscape
\\q panBadEscape
SELF panAutomatic
0x1F panNumber
undef panConstant
type panStatement
extensible panStructure
long panType
with panStructure
match panFunction
EOT panHeredocMark
comment panHeredoc
foreach panRepeat
pan panfmt pan#Complete
to_longto_long(x, base?) to_lowercaseto_lowercase(string)
END
claim='Vim recognizes files, shows words, strings, heredocs and annotations as what they are, and completes'
if vim --version 2>/dev/null | grep -q '+syntax'; then
    ok "$claim" 'VIM_FILES=$files/vim HOME=$scratch vim -Nu NONE -es -S look.vim sample.pan; same want got'
else
    skip "$claim" 'no vim with +syntax here'
fi
done_testing
