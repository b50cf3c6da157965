// What the types say about a path: which type is bound to it, and which names can come below.
#pragma once
#include <string>
#include <vector>

#include "compiler/lsp/workspace.hh"

namespace weft::compiler::lsp {

/// A type that is bound to a path, or to one above it.
struct Bound {
    SheetPtr sheet;  ///< where it is written
    const FullType* type = nullptr;
    const Statement* bind = nullptr;  ///< when it is the type of a bind statement itself
    const Field* field = nullptr;     ///< when it is that of a field
    bool required = false;            ///< of a field
};

/// A step of a path that is not known: a variable, any key, any index.
const Term& any_step();

/// Everything bound to a path, through fields, lists and dicts.
std::vector<Bound> bound_to(const View&, const std::vector<Term>& path);

/// A name that can come below a path.
struct Child {
    std::string name;
    SheetPtr sheet;  ///< nullptr: only seen in other statements, no type says so
    const Field* field = nullptr;
    bool required = false;
};
/// Fields of what is bound there, then steps that bind statements and assignments have there; by
/// name.
std::vector<Child> children_of(const View&, const std::vector<Term>& path);

/// The values a choice type at this path allows.
std::vector<std::string> choices_of(const View&, const std::vector<Term>& path);

/// The type as it is written, in one line of at most 80 characters.
std::string type_text(const Sheet&, const FullType&);

}  // namespace weft::compiler::lsp
