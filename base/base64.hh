// Bytes as printable text, the way profiles and Pan's base64 functions spell it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// Alphabet A-Za-z0-9+/ with = padding; a line end after every `width` characters, also when that
/// is the end (0: no line ends).
std::string base64_encode(std::string_view bytes, size_t width = 76);
void append_base64(std::string& out, std::string_view bytes, size_t width = 76);

/// Blanks, tabs and line ends are ignored, an incomplete last group is dropped, a group ending in =
/// is the last. Nothing when there is any other foreign character.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace weft
