#!/bin/sh
# The files for editors are made from the compiler's tables by the build, and Vim shows with them what is what.
. "${WEFT_SRC:-.}/t/lib.sh"
export files="$WEFT_OUT/share/editor"

ok "the build made Vim's syntax and completion and the TextMate grammar" '
    pan-lsp --editor vim-syntax | same "$files/vim/syntax/pan.vim" -
    pan-lsp --editor vim-completion | same "$files/vim/autoload/pan.vim" -
    pan-lsp --editor emacs-mode | same "$files/emacs/pan-mode.el" -
    pan-lsp --editor textmate | same "$files/vscode/syntaxes/pan.tmLanguage.json" -'
ok 'an unknown file is a wrong call' 'code 64 pan-lsp --editor nano 2>err; grep -q "vim-syntax, vim-completion, emacs-mode or textmate" err'
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
call add(names, &filetype . ' ' . &formatexpr . ' ' . &omnifunc)
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
pan pan#Format() pan#Complete
to_longto_long(x, base?) to_lowercaseto_lowercase(string)
END
claim='Vim recognizes files, shows words, strings, heredocs and annotations as what they are, and completes'
if vim --version 2>/dev/null | grep -q '+syntax'; then
    ok "$claim" 'VIM_FILES=$files/vim HOME=$scratch vim -Nu NONE -es -S look.vim sample.pan; same want got'
else
    skip "$claim" 'no vim with +syntax here'
fi

cat >more.vim <<'END'
set nocompatible nomore hidden
let &runtimepath = $VIM_FILES . ',' . &runtimepath
filetype plugin on
let seen = []
for name in ['pan.tpl', 'smarty.tpl', 'good.pan', 'bad.pan']
  execute 'edit' name
  call add(seen, name . ' ' . &filetype)
endfor
edit good.pan
normal! ggVGgq
call add(seen, join(getline(1, '$'), '|'))
edit! bad.pan
silent! normal! ggVGgq
call add(seen, join(getline(1, '$'), '|'))
call writefile(seen, 'got')
qall!
END
printf '# a site\n\nstructure template x;\n' >pan.tpl
printf '{* smarty *}\n<b>{$x}</b>\n' >smarty.tpl
printf 'template good;\n"/a"=1;\n' >good.pan
printf "template bad;\n'/a' = ';\n" >bad.pan
claim="Vim knows templates called .tpl from those of others; gq lays out what parses, and leaves alone what does not"
if vim --version 2>/dev/null | grep -q '+eval'; then
    ok "$claim" '
        VIM_FILES=$files/vim HOME=$scratch vim -Nu NONE -es -S more.vim
        grep -qx "pan.tpl pan" got
        not grep -q "smarty.tpl pan" got
        grep -qx "template good;|.*/a. = 1;" got
        tail -1 got | grep -Fx "template bad;|'"'/a' = '"';"'
else
    skip "$claim" 'no vim here'
fi

# ---- editors that speak with the server

mkdir site
printf "declaration template t;\n\ntype t_x = {\n    'num' : long\n    'mode' : choice('slow', 'fast')\n};\n" >site/t.pan
printf "object template o;\n\ninclude 't';\n\nbind '/x' = t_x;\n'/x/num' = 1;\n'/x/n\n" >site/o.pan
claim='Emacs with the mode that is installed and eglot: a path completes, a quoted backslash ends no string wrongly'
if emacs --batch --eval "(progn (require 'package) (package-initialize) (require 'eglot))" 2>/dev/null; then
    cat >look.el <<'END'
(require 'package)
(package-initialize)
(require 'eglot)
(require 'project)
(load (concat (getenv "EDITOR_FILES") "/emacs/pan-mode.el"))
(setq eglot-sync-connect 60)
(defconst site (expand-file-name "site/"))
(add-hook 'project-find-functions (lambda (_) (cons 'transient site)))
(find-file "site/o.pan")
(unless (eq major-mode 'pan-mode) (error "the mode is %s" major-mode))
(apply #'eglot--connect (eglot--guess-contact))
(eglot--maybe-activate-editing-mode)
(goto-char (point-max))
(backward-char 1)
(completion-at-point)
(princ (format "%s\n" (buffer-substring (line-beginning-position) (line-end-position))))
(with-temp-buffer
  (pan-mode)
  (insert "'/a' = 'x\\';\n# include\n'/b' = to_long('1');\n")
  (font-lock-ensure)
  (dolist (word '("include" "to_long"))
    (goto-char (point-min))
    (search-forward word)
    (princ (format "%s %s\n" word (get-text-property (match-beginning 0) 'face)))))
END
    ok "$claim" '
        EDITOR_FILES=$files HOME=$scratch timeout 120 emacs --batch -l look.el >got 2>err || { cat err; false; }
        printf "%s\n" "'"'/x/num"'" "include font-lock-comment-face" "to_long font-lock-builtin-face" >want
        same want got'
else
    skip "$claim" 'no emacs with eglot here'
fi

claim="Neovim 0.7 as the manual says it: an error of the server is shown in its line, and definition leads to the type"
if nvim --version 2>/dev/null | grep -q '^NVIM'; then
    cat >look.lua <<'END'
vim.opt.runtimepath:prepend(os.getenv('EDITOR_FILES') .. '/vim')
vim.cmd('filetype plugin on')
local pan_lsp
vim.api.nvim_create_autocmd('FileType', { pattern = 'pan',
    callback = function(event)
        pan_lsp = pan_lsp or vim.lsp.start_client({
            name = 'pan-lsp', cmd = { 'pan-lsp' },
            root_dir = vim.fn.getcwd() })
        vim.lsp.buf_attach_client(event.buf, pan_lsp)
    end })
vim.cmd('edit o.pan')
local out = io.open('../got', 'w')
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, d in ipairs(vim.diagnostic.get(0)) do
    if d.severity == 1 then out:write(d.lnum .. ' ' .. d.source .. '\n') end
end
local found = vim.lsp.buf_request_sync(0, 'textDocument/definition',
    { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 4, character = 13 } }, 60000)
for _, r in pairs(found) do out:write(r.result[1].uri:match('[^/]*$') .. '\n') end
out:close()
vim.cmd('qall!')
END
    ok "$claim" '
        (cd site && EDITOR_FILES=$files HOME=$scratch XDG_STATE_HOME=$scratch timeout 120 nvim --headless -u ../look.lua >../err 2>&1) || { cat err; false; }
        printf "%s\n" "6 panc" t.pan >want
        sort -u got | same want -'
else
    skip "$claim" 'no neovim here'
fi
done_testing
