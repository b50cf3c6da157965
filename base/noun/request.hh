// JSON of somebody we do not know.
#pragma once
#include <set>
#include <string_view>

#include "base/noun/element.hh"

namespace weft {

/// As parse_json (profile.hh), but children whose name is none of these are dropped as they are
/// read. The table of names only grows: whoever sends documents must not be able to fill it.
Element parse_json_named(std::string_view text, std::string_view name,
                         const std::set<std::string_view>& names);

}  // namespace weft
