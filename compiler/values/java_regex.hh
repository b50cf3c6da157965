// Pan's regular expressions are Java's; the engine is PCRE2: from one syntax to the other.
#pragma once
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::compiler {

struct RegexFlags {
    bool ignore_case = false;    ///< i: of ASCII letters, unless unicode_case
    bool unicode_case = false;   ///< u
    bool dot_all = false;        ///< s: . matches line ends too
    bool multi_line = false;     ///< m: ^ and $ at every line
    bool comments = false;       ///< x: blanks and # comments are ignored
    bool unix_lines = false;     ///< d: only LF is a line end
    bool unicode_class = false;  ///< U: \d \w \s beyond ASCII
    friend auto operator<=>(const RegexFlags&, const RegexFlags&) = default;
};

struct TranslatedRegex {
    std::string pcre;  ///< for PCRE2_UTF and no other option
    int groups = 0;
    std::map<std::string, int> names;    ///< of named groups
    std::optional<std::string> literal;  ///< the pattern is nothing but this text
};

/// What is wrong with a pattern, in plain words, with the position where that is known.
struct RegexError : std::runtime_error {
    explicit RegexError(const std::string& what, int at = -1) : std::runtime_error(what), at(at) {}
    int at;  ///< characters before it; -1: unknown
};

/// Throws RegexError.
TranslatedRegex translate_regex(std::string_view java, RegexFlags = {});

}  // namespace weft::compiler
