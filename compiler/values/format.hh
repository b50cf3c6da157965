// Values as text: to_string's form of any element, and Java's format strings.
#pragma once
#include <string>
#include <string_view>

#include "base/noun/element.hh"
#include "compiler/builtin.hh"

namespace weft::compiler {

/// A string itself, a number as profiles print it, "[ 1, x ]", "{ key, value }", "undef".
std::string element_text(std::string_view function, const Element&);

/// Argument `first` is a format string, those behind it fill it: format(), error() and debug().
std::string format_text(const Arguments&, size_t first = 0);

}  // namespace weft::compiler
