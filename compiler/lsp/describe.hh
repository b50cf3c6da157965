// What the server says about a name, a path or a place: text for people, in Markdown.
#pragma once
#include <string>

#include "compiler/lsp/workspace.hh"

namespace weft::compiler::lsp {

/// A hover text; empty when there is nothing to say.
std::string describe(const Workspace&, const SheetPtr&, const Mention&);
/// The same for a record's field whose name is at this place of the file.
std::string describe_field(const Workspace&, const Sheet&, uint32_t line, uint32_t col);

/// "site/net.pan:12", relative to the include path where that is possible.
std::string place_text(const Workspace&, const Sheet&, const Span&);

}  // namespace weft::compiler::lsp
