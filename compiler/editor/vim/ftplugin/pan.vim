" How templates are edited in Vim: layout of panfmt, findings of panlint, completion of Pan's own words.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal formatexpr=pan#Format()
setlocal makeprg=panlint\ --ide\ %:S errorformat=%f:%l:\ %m
setlocal suffixesadd=.pan,.tpl include=^\\s*include\\s\\+['\"]
setlocal omnifunc=pan#Complete
let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< formatexpr<'
      \ .. ' makeprg< errorformat< suffixesadd< include< omnifunc<'
