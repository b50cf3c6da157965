// The arithmetic of Pan: operators on values, apart from the code around them.
#pragma once
#include "base/noun/element.hh"
#include "compiler/compile.hh"
#include "compiler/text/ast.hh"

namespace weft::compiler {

/// Both operands evaluated; && and || take booleans. EvalFailure on unsuitable kinds and on
/// division by zero.
Element binary(Op, const Element& a, const Element& b);
Element unary(Op, const Element& a);
std::string_view op_text(Op);  ///< "+"

/// The class of the error that a failing operator with literal operands is (3.3): some are mistakes
/// of the file (syntax), others count as evaluation.
ErrorClass folded_error_class(Op, const Element& a, const Element* b);

}  // namespace weft::compiler
