// Which code could change a list or dict through another name than the one it has.
#pragma once
#include "compiler/text/ast.hh"

namespace weft::compiler {

/// Sets Expr::escapes of each SELF and each foreach in a block.
///   function   the block's value goes to a caller; else it goes into the tree, which nobody else
///   refers to
void find_escapes(Expr& root, bool function);

}  // namespace weft::compiler
