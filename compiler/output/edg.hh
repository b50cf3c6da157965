// The profile as the first generation of tools read it: children in order of creation, derivation
// lists.
#pragma once
#include "compiler/compile.hh"

namespace weft::compiler {

/// Append the XML of 2002 (pan-language 11.5). The result must come from the 2002 dialect.
void write_edg(const Result&, std::string& out);

}  // namespace weft::compiler
