// The XML that named elements after keys, which consumers older than the "pan" format read
// (pan-language 8.7).
#pragma once
#include <string>

#include "compiler/compile.hh"

namespace weft::compiler {

void write_xmldb(const Result&, std::string& out);

}  // namespace weft::compiler
