autocmd BufNewFile,BufRead *.pan,*.tpl setfiletype pan
