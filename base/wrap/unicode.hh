// Unicode's case mapping, by libunistring.
#pragma once
#include <string>
#include <string_view>

namespace weft {

/// The full mapping of well-formed UTF-8, by no language's special rules: ß becomes SS. Malformed
/// bytes become U+FFFD.
std::string to_upper(std::string_view);
std::string to_lower(std::string_view);

}  // namespace weft
