// The words of the language, once: for the lexer, the checks that know them by name, and editors.
#pragma once
#include <span>
#include <string_view>

#include "compiler/text/ast.hh"

namespace weft::compiler {

enum class Word : uint8_t {
    none,
    bind,
    choice,
    declaration,
    else_,
    extensible,
    false_,
    final_,
    for_,
    foreach_,
    function,
    if_,
    include,
    null_,
    object,
    prefix,
    structure,
    template_,
    true_,
    type,
    undef,
    unique,
    valid,
    variable,
    while_,
    with,
};
struct ReservedWord {
    std::string_view text;
    Word word;
    enum Sort : uint8_t {
        statement,
        header,
        conditional,
        loop,
        constant,
        type
    } sort;  ///< what editors show it as
};
std::span<const ReservedWord> reserved_words();
/// Is this a reserved word?
Word reserved(std::string_view text);

struct NamedWord {
    std::string_view name, about;
};
/// The built-in types in the order of TypeSpec::Basic, then nlist.
std::span<const NamedWord> basic_types();
/// nullptr: no built-in type of that name.
const NamedWord* basic_type(std::string_view name);
/// Its Basic; nlist is dict.
bool find_basic_type(std::string_view name, TypeSpec::Basic&);

/// Variables the compiler sets. All but LOADPATH cannot be set by statements.
std::span<const NamedWord> automatic_variables();
const NamedWord* automatic_variable(std::string_view name);
/// The name of one that is not LOADPATH.
bool set_by_compiler(std::string_view name);

}  // namespace weft::compiler
