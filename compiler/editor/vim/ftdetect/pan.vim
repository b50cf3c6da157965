autocmd BufNewFile *.pan,*.tpl setfiletype pan
autocmd BufRead *.pan setfiletype pan
" Files of others are called .tpl as well: the first statement tells.
autocmd BufRead *.tpl
      \ if search('^\s*\%(\%(object\|structure\|unique\|declaration\)\s\+\)\=template\s', 'cnW', 200) |
      \   set filetype=pan |
      \ endif
