// The rules are written here, twice, as two editors want them; every word in them comes from the
// tables.
#include "compiler/tools/highlight.hh"

#include <fmt/core.h>

#include "base/noun/profile.hh"
#include "compiler/builtin.hh"
#include "compiler/text/words.hh"

namespace weft::compiler {
namespace {

template <class F>
std::string joined(std::string_view between, F each) {
    std::string out;
    each([&](std::string_view word) {
        if (!out.empty())
            out += between;
        out += word;
    });
    return out;
}
std::string reserved_of(ReservedWord::Sort sort, std::string_view between) {
    return joined(between, [&](auto add) {
        for (const ReservedWord& w : reserved_words())
            if (w.sort == sort)
                add(w.text);
    });
}
std::string names_of(std::span<const NamedWord> words, std::string_view between) {
    return joined(between, [&](auto add) {
        for (const NamedWord& w : words)
            add(w.name);
    });
}
std::string functions(std::string_view between) {
    return joined(between, [&](auto add) {
        for (const Builtin* b : builtins())
            add(b->name);
    });
}
constexpr std::string_view generated =
    "made by pan-lsp --editor from the compiler's tables: do not edit";

}  // namespace

std::string vim_syntax() {
    std::string out = fmt::format("\" Vim syntax file for Pan templates; {}\n", generated);
    out += R"(if exists('b:current_syntax')
  finish
endif
syntax case match
)";
    auto keyword = [&](std::string_view group, const std::string& words) {
        out += fmt::format("syntax keyword {} {}\n", group, words);
    };
    keyword("panStatement", reserved_of(ReservedWord::statement, " "));
    keyword("panHeader", reserved_of(ReservedWord::header, " "));
    keyword("panConditional", reserved_of(ReservedWord::conditional, " "));
    keyword("panRepeat", reserved_of(ReservedWord::loop, " "));
    keyword("panConstant", reserved_of(ReservedWord::constant, " "));
    keyword("panStructure", reserved_of(ReservedWord::type, " "));
    keyword("panAutomatic", names_of(automatic_variables(), " "));
    // A name is a function only in front of a parenthesis: list is a type as well. Of matches the
    // last one wins.
    out += fmt::format("syntax match panType /\\<\\%({}\\)\\>/\n", names_of(basic_types(), "\\|"));
    out += fmt::format("syntax match panFunction /\\<\\%({}\\)\\>\\ze\\s*(/\n", functions("\\|"));
    out += R"(syntax match panName /\%(\<template\s\+\)\@<=[-A-Za-z0-9_+.\/]\+/
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
)";
    return out;
}

std::string vim_completion() {
    std::string out =
        fmt::format("\" Completion of Pan's own words; {}\nlet s:words = [\n", generated);
    auto add = [&](std::string_view word, std::string_view kind, std::string_view menu,
                   std::string_view info) {
        auto quoted = [](std::string_view s) {
            std::string q = "'";
            for (char c : s)
                q += c == '\'' ? std::string("''") : std::string(1, c);
            return q + "'";
        };
        out += fmt::format("  \\ {{'word': {}, 'kind': {}, 'menu': {}, 'info': {}}},\n",
                           quoted(word), quoted(kind), quoted(menu), quoted(info));
    };
    for (const ReservedWord& w : reserved_words())
        add(w.text, "k", "", "");
    for (const NamedWord& w : basic_types())
        add(w.name, "t", "type", w.about);
    for (const NamedWord& w : automatic_variables())
        add(w.name, "v", "variable", w.about);
    for (const Builtin* b : builtins())
        add(b->name, "f", b->signature(), b->about());
    out += R"(  \ ]

" 'formatexpr': the lines as panfmt lays them out; as they are when it cannot
function! pan#Format() abort
  if mode() =~# '[iR]'
    return 1
  endif
  let l:last = v:lnum + v:count - 1
  let l:lines = systemlist('panfmt', getline(v:lnum, l:last))
  if v:shell_error
    echohl ErrorMsg | echomsg get(l:lines, 0, 'panfmt failed') | echohl None
    return 0
  endif
  call append(l:last, l:lines)
  execute v:lnum . ',' . l:last . 'delete _'
  return 0
endfunction

" 'omnifunc': the words that begin as the one at the cursor does
function! pan#Complete(findstart, base) abort
  if a:findstart
    return match(strpart(getline('.'), 0, col('.') - 1), '\h\w*$')
  endif
  return filter(copy(s:words), {_, w -> stridx(w.word, a:base) == 0})
endfunction
)";
    return out;
}

std::string emacs_mode() {
    auto words = [](const std::string& list) {
        return "(regexp-opt '(\"" + list + "\") 'symbols)";
    };
    constexpr std::string_view between = "\" \"";
    std::string out = fmt::format(
        ";;; pan-mode.el --- Pan templates  -*- lexical-binding: t -*-\n"
        ";; {}\n",
        generated);
    out += R"((defvar pan-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?_ "_" table)
    ;; A path is completed one step at a time.
    (dolist (c '(?/ ?- ?+ ?* ?% ?< ?> ?= ?! ?| ?& ?^ ?~ ??))
      (modify-syntax-entry c "." table))
    table))

;; Within '...' a backslash is itself.
(defconst pan-mode-syntax-propertize
  (syntax-propertize-rules
   ("'[^'\n]*\\(\\\\\\)'" (1 "."))))

(defconst pan-mode-font-lock-keywords
  (list
)";
    auto rule = [&](const std::string& regex, std::string_view face) {
        out += fmt::format("   (cons {} '{})\n", regex, face);
    };
    out +=
        "   '(\"\\\\_<template\\\\s-+\\\\([-A-Za-z0-9_+./]+\\\\)\" 1 "
        "font-lock-function-name-face)\n"
        "   '(\"\\\\_<\\\\(?:type\\\\|function\\\\|variable\\\\)\\\\s-+\\\\([A-Za-z_][A-Za-z0-9_]*"
        "\\\\)\" 1 font-lock-variable-name-face)\n";
    rule(words(reserved_of(ReservedWord::statement, between)), "font-lock-keyword-face");
    rule(words(reserved_of(ReservedWord::header, between)), "font-lock-preprocessor-face");
    rule(words(reserved_of(ReservedWord::conditional, between)), "font-lock-keyword-face");
    rule(words(reserved_of(ReservedWord::loop, between)), "font-lock-keyword-face");
    rule(words(reserved_of(ReservedWord::constant, between)), "font-lock-constant-face");
    rule(words(reserved_of(ReservedWord::type, between)), "font-lock-type-face");
    rule("(concat " + words(functions(between)) + " \"\\\\s-*(\")", "font-lock-builtin-face");
    rule(words(names_of(basic_types(), between)), "font-lock-type-face");
    rule(words(names_of(automatic_variables(), between)), "font-lock-builtin-face");
    out += R"(   ))

;;;###autoload
(define-derived-mode pan-mode prog-mode "Pan"
  "Major mode for templates in the Pan language."
  (setq-local comment-start "# ")
  (setq-local comment-end "")
  (setq-local font-lock-defaults '(pan-mode-font-lock-keywords))
  (setq-local syntax-propertize-function pan-mode-syntax-propertize))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.\\(?:pan\\|tpl\\)\\'" . pan-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(pan-mode "pan-lsp")))

(provide 'pan-mode)
;;; pan-mode.el ends here
)";
    return out;
}

std::string textmate_grammar() {
    auto text = [](std::string_view s) {
        return Element::of_string(s);
    };
    auto object = [](std::initializer_list<std::pair<std::string_view, Element>> members) {
        Element e = Element::new_dict();
        for (auto& [key, value] : members)
            e.dict_ref().at(Key(key)) = value;
        return e;
    };
    Element patterns = Element::new_list();
    auto match = [&](std::string_view name, std::string_view regex) {
        patterns.list_ref().push_back(
            object({{"name", text(std::string(name) + ".pan")}, {"match", text(regex)}}));
    };
    auto region = [&](std::string_view name, std::string_view begin, std::string_view end,
                      Element inner = Element::new_list()) {
        patterns.list_ref().push_back(object({{"name", text(std::string(name) + ".pan")},
                                              {"begin", text(begin)},
                                              {"end", text(end)},
                                              {"patterns", std::move(inner)}}));
    };
    auto inner = [&](std::string_view name, std::string_view regex) {
        return object({{"name", text(std::string(name) + ".pan")}, {"match", text(regex)}});
    };
    auto list = [](std::initializer_list<Element> all) {
        Element e = Element::new_list();
        for (auto& x : all)
            e.list_ref().push_back(x);
        return e;
    };
    auto words = [](const std::string& alternatives) {
        return "\\b(?:" + alternatives + ")\\b";
    };

    match("comment.line.number-sign", "#.*$");
    for (auto [open, close] :
         {std::pair("\\{", "\\}"), std::pair("\\(", "\\)"), std::pair("\\[", "\\]")})
        region("comment.block.documentation", fmt::format("@\\s*[A-Za-z0-9_.-]*\\s*{}", open),
               close, list({inner("variable.parameter", "[A-Za-z_][A-Za-z_.-]*(?=\\s*=)")}));
    region("string.quoted.double", "\"", "\"",
           list({inner("constant.character.escape", "\\\\(?:[ntrbf\\\\\"]|x[0-9a-fA-F]{2}|$)"),
                 inner("invalid.illegal", "\\\\.")}));
    region("string.quoted.single", "'", "'(?!')|$",
           list({inner("constant.character.escape", "''")}));
    region("string.unquoted.heredoc", "<<([A-Za-z_]\\w*).*$", "^\\1$");
    patterns.list_ref().push_back(object(
        {{"match", text("\\b(template)\\s+([-A-Za-z0-9_+./]+)")},
         {"captures", object({{"1", object({{"name", text("storage.type.pan")}})},
                              {"2", object({{"name", text("entity.name.section.pan")}})}})}}));
    patterns.list_ref().push_back(
        object({{"match", text("\\b(type|function|variable)\\s+([A-Za-z_]\\w*)")},
                {"captures", object({{"1", object({{"name", text("keyword.other.pan")}})},
                                     {"2", object({{"name", text("entity.name.pan")}})}})}}));
    match("storage.type", words(reserved_of(ReservedWord::header, "|")));
    match("keyword.other", words(reserved_of(ReservedWord::statement, "|")));
    match("keyword.control.conditional", words(reserved_of(ReservedWord::conditional, "|")));
    match("keyword.control.loop", words(reserved_of(ReservedWord::loop, "|")));
    match("constant.language", words(reserved_of(ReservedWord::constant, "|")));
    match("storage.modifier", words(reserved_of(ReservedWord::type, "|")));
    match("support.function", words(functions("|")) + "(?=\\s*\\()");
    match("support.type", words(names_of(basic_types(), "|")));
    match("variable.language", words(names_of(automatic_variables(), "|")));
    match("entity.name.function", "\\b[A-Za-z_]\\w*(?=\\s*\\()");
    match("constant.numeric",
          "\\b(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)\\b");
    match("keyword.operator", "[-+*/%!<>=|&^~?]");

    Element root = object({{"name", text("Pan")},
                           {"scopeName", text("source.pan")},
                           {"fileTypes", list({text("pan"), text("tpl")})},
                           {"comment", text(generated)},
                           {"patterns", patterns}});
    std::string out;
    write_json(root, out, {.plain = true});
    if (!out.ends_with('\n'))
        out += '\n';
    return out;
}

}  // namespace weft::compiler
