// Dates, percent signs and paths as URLs and HTTP write them.
#pragma once
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(time_t);
/// That, and the two older spellings; nothing for anything else.
std::optional<time_t> parse_http_date(std::string_view);

/// %41 -> A; `plus`: + -> blank as well. Nothing when a % is not followed by two digits.
std::optional<std::string> percent_decode(std::string_view, bool plus = false);
/// Everything but letters, digits and "-._~" as %XX.
std::string percent_encode(std::string_view);

/// The components of a decoded path, empty ones dropped. Nothing when one is "." or "..", or holds
/// a NUL, a '\\' or another control character: no file can be reached outside the folder it is
/// joined to.
std::optional<std::vector<std::string>> split_path(std::string_view path);

}  // namespace weft
