// The texts of variables put in place of their names: what substitute() and paths with ${...} do.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/noun/element.hh"

namespace weft::compiler {

/// What stands for a name; nothing when there is no such name.
using LookUp = std::function<std::optional<std::string>(std::string_view name)>;

/// Each ${name} replaced by what the look-up gives, and that text scanned again. $${name} is the
/// literal
/// ${name}; in ${name:-text} the text is ignored; a ${ that is not closed stays. EvalFailure for an
/// unknown name and for one that is made of itself.
std::string substitute(std::string_view text, const LookUp&);
/// The same with the children of a dict, as to_string() gives them.
std::string substitute(std::string_view text, const Dict&);

}  // namespace weft::compiler
