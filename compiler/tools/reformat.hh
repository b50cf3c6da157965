// Templates in one layout: what panfmt writes.
#pragma once
#include <string>
#include <string_view>

namespace weft::compiler {

/// The template with canonical blanks and indentation. Line breaks are the author's, except that
/// empty lines in a row become one; strings, heredocs, comments and annotations are kept as they
/// are. Applied twice it changes nothing more. TemplateError (parse) with the position for what is
/// no template text.
std::string reformat(std::string_view text, std::string_view name);

}  // namespace weft::compiler
