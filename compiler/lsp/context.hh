// What could be written at the cursor: found from the tokens before it, as what is being typed does
// not parse.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/text/ast.hh"

namespace weft::compiler::lsp {

struct Context {
    enum Kind {
        none,
        statement,   ///< a word that begins a statement
        template_,   ///< the name of a template, within quotes
        path,        ///< an absolute path or one below `base`, within quotes
        key,         ///< one step below `base`, within quotes: SELF[', dict('
        value,       ///< text within quotes that is set at `base`
        type,        ///< the name of a type
        expression,  ///< names of variables and functions
    } kind = none;
    std::string word;              ///< what is there of it already, up to the cursor
    size_t from = 0;               ///< the byte where that begins
    std::vector<Term> base;        ///< see kind
    bool has_base = false;         ///< path: there is a prefix
    std::set<std::string> locals;  ///< expression: names that the statement sets
    bool in_function = false;
};

Context context_at(std::string_view text, size_t offset);

}  // namespace weft::compiler::lsp
