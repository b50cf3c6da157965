" Vim syntax file for Pan templates; made by pan-lsp --editor from the compiler's tables: do not edit
if exists('b:current_syntax')
  finish
endif
syntax case match
syntax keyword panStatement bind final function include prefix type valid variable
syntax keyword panHeader declaration object structure template unique
syntax keyword panConditional else if
syntax keyword panRepeat for foreach while
syntax keyword panConstant false null true undef
syntax keyword panStructure choice extensible with
syntax keyword panAutomatic OBJECT SELF ARGV ARGC FUNCTION TEMPLATE LOADPATH
syntax match panType /\<\%(boolean\|long\|double\|string\|list\|dict\|number\|property\|resource\|element\|nlist\)\>/
syntax match panFunction /\<\%(append\|base64_decode\|base64_encode\|clone\|create\|debug\|delete\|deprecated\|dict\|digest\|error\|escape\|exists\|file_contents\|file_exists\|file_line\|first\|format\|if_exists\|index\|ip4_to_long\|is_boolean\|is_defined\|is_dict\|is_double\|is_list\|is_long\|is_nlist\|is_null\|is_number\|is_property\|is_resource\|is_string\|is_valid\|join\|json_decode\|json_encode\|key\|length\|list\|long_to_ip4\|match\|matches\|max\|merge\|min\|next\|nlist\|path_exists\|prepend\|replace\|return\|splice\|split\|substitute\|substr\|to_boolean\|to_double\|to_long\|to_lowercase\|to_string\|to_uppercase\|traceback\|unescape\|value\)\>\ze\s*(/
syntax match panName /\%(\<template\s\+\)\@<=[-A-Za-z0-9_+.\/]\+/
syntax match panNumber /\<\%(0[xX]\x\+\|0\o*\|[1-9]\d*\)\>/
syntax match panNumber /\<\d\+\%(\.\d\+\%([eE][-+]\=\d\+\)\=\|[eE][-+]\=\d\+\)\>/
syntax match panOperator /[-+*\/%!<>=|&^~?]/
syntax match panBadEscape /\\./ contained
syntax match panEscape /\\\%([ntrbf\\"]\|x\x\x\|$\)/ contained
syntax region panString start=/"/ skip=/\\./ end=/"/ contains=panEscape,panBadEscape,@Spell
syntax region panString start=/'/ skip=/''/ end=/'/ oneline contains=@Spell
syntax region panHeredoc matchgroup=panHeredocMark start=/<<\z(\h\w*\).*$/ end=/^\z1\r\=$/ contains=@Spell
syntax region panAnnotation start=/@\s*[A-Za-z0-9_.-]*\s*{/ end=/}/ contains=panAnnotationKey,@Spell
syntax region panAnnotation start=/@\s*[A-Za-z0-9_.-]*\s*(/ end=/)/ contains=panAnnotationKey,@Spell
syntax region panAnnotation start=/@\s*[A-Za-z0-9_.-]*\s*\[/ end=/\]/ contains=panAnnotationKey,@Spell
syntax match panAnnotationKey /[A-Za-z_][A-Za-z_.-]*\ze\s*=/ contained
syntax match panComment /#.*$/ contains=panTodo,panLint,@Spell
syntax keyword panTodo TODO FIXME XXX contained
syntax match panLint /panlint disable=[A-Z0-9, ]*/ contained
highlight default link panStatement Statement
highlight default link panHeader PreProc
highlight default link panName Identifier
highlight default link panConditional Conditional
highlight default link panRepeat Repeat
highlight default link panConstant Constant
highlight default link panStructure Structure
highlight default link panType Type
highlight default link panAutomatic Special
highlight default link panFunction Function
highlight default link panNumber Number
highlight default link panOperator Operator
highlight default link panString String
highlight default link panEscape SpecialChar
highlight default link panBadEscape Error
highlight default link panHeredoc String
highlight default link panHeredocMark Delimiter
highlight default link panAnnotation SpecialComment
highlight default link panAnnotationKey Tag
highlight default link panComment Comment
highlight default link panTodo Todo
highlight default link panLint PreProc
syntax sync minlines=200
let b:current_syntax = 'pan'
