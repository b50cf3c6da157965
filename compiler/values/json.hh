// JSON as json_decode accepts it and json_encode writes it.
#pragma once
#include <string>
#include <string_view>

#include "base/noun/element.hh"

namespace weft::compiler {

/// A lenient reader: besides JSON it takes unquoted and single-quoted strings, comments (# // and
/// /* */), ; for , and = or => for : . Numbers without a point are longs. A text without a value is
/// null. EvalFailure with line and column.
Element json_decode(std::string_view text);

/// As profiles are written. EvalFailure for undef.
std::string json_encode(const Element&);

}  // namespace weft::compiler
