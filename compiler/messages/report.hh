// Messages of a whole run: each once, in an order that does not depend on threads.
#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "compiler/compile.hh"

namespace weft::compiler {

enum class Shape : uint8_t { plain, classic, json };

/// Each distinct message once, by file and line; one that many objects have is told with their
/// number. For people, what one piece of code says of many objects is told of the first.
///   all_objects   tell it of each
void report(const std::vector<TemplateError>&, std::ostream&, Shape, bool all_objects = false);

/// One JSON object in one line, with its line end; unset values are left out.
///   objects   how many objects have it, if any
std::string json_message(const TemplateError&, size_t objects);
/// What debug(), deprecated() and the like print.
std::string json_note(std::string_view lines);
/// A dict of texts and numbers in one line, with its line end.
std::string json_line(const Element& dict);

}  // namespace weft::compiler
