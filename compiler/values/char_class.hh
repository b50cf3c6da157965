// Character classes of regular expressions: sets that can be united, intersected and negated.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::compiler {

/// A set of code points, or, where Unicode properties are involved, a piece of PCRE2 syntax that
/// matches one character.
class CharClass {
public:
    using Range = std::pair<char32_t, char32_t>;  // both ends inclusive
    static constexpr char32_t highest = 0x10FFFF;

    CharClass() = default;
    explicit CharClass(std::vector<Range> ranges);
    static CharClass all() { return CharClass({{0, highest}}); }
    static CharClass property(std::string pcre) {
        CharClass c;
        c.text_ = std::move(pcre);
        return c;
    }

    CharClass unite(const CharClass&) const;
    CharClass intersect(const CharClass&) const;
    CharClass negate() const;
    /// With the other case of every letter: of ASCII letters, or of all.
    CharClass fold(bool unicode) const;

    /// One item of PCRE2 syntax.
    std::string pcre() const;

private:
    std::vector<Range> ranges_;  // ascending, apart from each other
    std::string text_;           // not empty: this instead
};

/// One character, quoted for PCRE2.
std::string pcre_quote(char32_t);

/// A predefined class: d D w W s S h H v V.
CharClass escape_class(char32_t letter, bool unicode);
/// What stands between the braces of \p{...}: nothing that we know is std::nullopt.
bool property_class(std::string_view name, CharClass& out, std::string& why);

}  // namespace weft::compiler
