// Constants at compile time: every right-hand side is tried in an empty world first
// (pan-language 3.3).
#pragma once
#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

/// If the block gives a value without any variable, SELF, tree or template: constant and value are
/// set.
void fold_block(const Template&, Block&, const Options&);

}  // namespace weft::compiler
