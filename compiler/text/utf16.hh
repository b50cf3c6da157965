// Pan counts strings in UTF-16 units; we keep them in UTF-8. Lengths and positions from one to the
// other.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace weft::compiler {

bool is_ascii(std::string_view);
/// Well-formed UTF-8: no surrogates, nothing overlong, nothing above U+10FFFF.
bool is_utf8(std::string_view);
/// The text with U+FFFD for each malformed byte.
std::string repair_utf8(std::string_view);

/// The text itself when it is well-formed, else `repaired`, which then holds it with U+FFFD.
std::string_view well_formed(std::string_view, std::string& repaired);

/// The code point at `at`, and how many bytes it takes; a malformed byte is U+FFFD of one byte.
struct CodePoint {
    char32_t value;
    size_t bytes;
};
CodePoint code_point(std::string_view, size_t at);
void append_utf8(std::string& out, char32_t);

/// How many UTF-16 units the text has.
size_t utf16_length(std::string_view);
/// The units [from, to) of the text; half of a surrogate pair is U+FFFD. from <= to <=
/// utf16_length.
std::string utf16_slice(std::string_view, size_t from, size_t to);
/// The byte where unit `unit` begins; the middle of a surrogate pair is the byte after the pair.
size_t byte_of_unit(std::string_view, size_t unit);

}  // namespace weft::compiler
