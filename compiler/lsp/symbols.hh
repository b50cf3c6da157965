// Every name in one template: what it stands for and where it is written.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler::lsp {

enum class Sort : uint8_t {
    global,
    local,
    function,
    builtin,
    type,
    basic_type,
    automatic,
    template_,
    path
};

struct Mention {
    Sort sort;
    bool definition = false;  ///< here it gets its meaning: a statement, a local's assignment, the
                              ///< template's header
    bool required = true;     ///< template: it must exist (include 'x'), not only if_exists('x')
    uint32_t symbol = 0;      ///< of the compiler; for a template or path: see name
    int32_t block = -1;       ///< local: whose
    Span span;                ///< of the name alone
    std::string name;  ///< template, path (absolute, without '/' at the end), builtin, basic_type,
                       ///< automatic
    int32_t statement =
        -1;  ///< definition of a global, function or type; path: the statement it begins
};

/// One file of the workspace. Never changed once made, so that it can be kept as long as somebody
/// looks at it.
struct Sheet {
    std::string path;
    Text text;
    std::shared_ptr<const Template> tpl;  ///< as far as it was understood
    std::vector<TemplateError> errors;
    bool whole = false;                  ///< no parse errors: nothing was skipped
    std::vector<Mention> mentions;       ///< in the order of the text
    std::vector<std::string> load_path;  ///< the strings in its statements that set LOADPATH
};
using SheetPtr = std::shared_ptr<const Sheet>;

SheetPtr read_sheet(std::string path, Text text);

/// The mention at a place (line and column of the compiler, the column behind a name counts);
/// nullptr: none.
const Mention* mention_at(const Sheet&, uint32_t line, uint32_t col);

/// "variable NET", for people.
std::string_view sort_name(Sort);
std::string name_of(const Mention&);

}  // namespace weft::compiler::lsp
