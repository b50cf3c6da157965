// What the server says about a name, a path or a place: text for people, in Markdown.
#pragma once
#include <string>

#include "compiler/lsp/workspace.hh"

namespace weft::compiler::lsp {

/// A hover text; empty when there is nothing to say.
std::string describe(const Workspace&, const SheetPtr&, const Mention&);
/// The same for a record's field whose name is at this place of the file.
std::string describe_field(const Workspace&, const Sheet&, uint32_t line, uint32_t col);

/// "append(list, x)" and "the list with x ..." from a built-in's documentation.
std::string builtin_signature(std::string_view name);
std::string builtin_text(std::string_view name);
/// One line on SELF, OBJECT and the like; empty for others.
std::string_view automatic_text(std::string_view name);
std::string_view basic_type_text(std::string_view name);

/// "site/net.pan:12", relative to the include path where that is possible.
std::string place_text(const Workspace&, const Sheet&, const Span&);

}  // namespace weft::compiler::lsp
