// Values as one line says them to a person: in differences, explanations, answers.
#pragma once
#include <string>

#include "base/noun/element.hh"

namespace weft {

/// 42, 1.5, true, "text" with JSON's escapes, [] and {} for lists and dicts, whatever they hold.
std::string shown_value(const Element&);

/// The whole value in one line, at most `limit` bytes of it (0: no limit).
std::string shown_tree(const Element&, size_t limit = 0);

}  // namespace weft
