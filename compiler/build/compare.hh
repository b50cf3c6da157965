// What differs between an object and an earlier output of it.
#pragma once
#include <optional>
#include <string>

#include "compiler/compile.hh"

namespace weft::compiler {

/// What an earlier build wrote: XML or JSON, perhaps compressed. Nothing when there is no such
/// file; Error(65) for one that is no profile.
///   from   the file itself, or the output folder it is in
std::optional<Element> earlier_output(const std::string& from, const std::string& object);

/// Lines "OBJECT:PATH - VALUE" and "OBJECT:PATH + VALUE"; empty when nothing differs.
std::string differences(const std::optional<Element>& before, const Result&);
/// One JSON object a difference: object, path, before, after.
std::string json_differences(const std::optional<Element>& before, const Result&);

}  // namespace weft::compiler
