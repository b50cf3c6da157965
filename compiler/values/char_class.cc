// Sets of characters, and the names Java has for some.
#include "compiler/values/char_class.hh"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/text/utf16.hh"

namespace weft::compiler {

CharClass::CharClass(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end());
    for (auto [low, high] : ranges) {
        if (!ranges_.empty() && low <= ranges_.back().second + 1)
            ranges_.back().second = std::max(ranges_.back().second, high);
        else
            ranges_.emplace_back(low, high);
    }
}

CharClass CharClass::unite(const CharClass& o) const {
    if (!text_.empty() || !o.text_.empty())
        return property(fmt::format("(?:{}|{})", pcre(), o.pcre()));
    std::vector<Range> both = ranges_;
    both.insert(both.end(), o.ranges_.begin(), o.ranges_.end());
    return CharClass(std::move(both));
}

CharClass CharClass::negate() const {
    if (!text_.empty())
        return property(fmt::format("(?:(?!{})(?s:.))", text_));
    std::vector<Range> rest;
    char32_t next = 0;
    for (auto [low, high] : ranges_) {
        if (low > next)
            rest.emplace_back(next, low - 1);
        next = high + 1;
    }
    if (next <= highest)
        rest.emplace_back(next, highest);
    return CharClass(std::move(rest));
}

CharClass CharClass::intersect(const CharClass& o) const {
    if (!text_.empty() || !o.text_.empty())
        return property(fmt::format("(?:(?={}){})", pcre(), o.pcre()));
    return negate().unite(o.negate()).negate();
}

CharClass CharClass::fold(bool unicode) const {
    if (!text_.empty())
        return *this;
    if (unicode)
        return property(fmt::format("(?i:{})", pcre()));
    std::vector<Range> more = ranges_;
    for (auto [low, high] : ranges_)
        for (auto [first, last, shift] :
             {std::tuple{U'a', U'z', -32}, std::tuple{U'A', U'Z', 32}}) {
            char32_t a = std::max(low, first), b = std::min(high, last);
            if (a <= b)
                more.emplace_back(char32_t(int(a) + shift), char32_t(int(b) + shift));
        }
    return CharClass(std::move(more));
}

static bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::string pcre_quote(char32_t c) {
    if (is_surrogate(c))
        return "(?:(?!))";  // half a pair: no text holds one
    std::string s;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return fmt::format("\\x{{{:x}}}", uint32_t(c));
    bool word = (c | 32) >= 'a' && (c | 32) <= 'z';
    if (c < 0x80 && !word && !(c >= '0' && c <= '9') && c != '_')
        s = "\\";
    append_utf8(s, c);
    return s;
}

static std::string in_brackets(const std::vector<CharClass::Range>& ranges) {
    std::string s;
    for (auto [low, high] : ranges) {
        if (is_surrogate(low))
            low = 0xE000;
        if (is_surrogate(high))
            high = 0xD7FF;
        if (low > high)
            continue;
        s += pcre_quote(low);
        if (high > low + 1)
            s += '-';
        if (high > low)
            s += pcre_quote(high);
    }
    return s;
}

std::string CharClass::pcre() const {
    if (!text_.empty())
        return text_;
    if (ranges_.size() == 1 && ranges_[0].first == ranges_[0].second)
        return pcre_quote(ranges_[0].first);
    bool outside = !ranges_.empty() && ranges_.back().second == highest;
    std::string inner = in_brackets(outside ? negate().ranges_ : ranges_);
    if (inner.empty())
        return outside ? "(?s:.)" : "(?:(?!))";
    return fmt::format("[{}{}]", outside ? "^" : "", inner);
}

CharClass escape_class(char32_t letter, bool unicode) {
    if (letter < 'a')
        return escape_class(letter + 32, unicode).negate();
    switch (letter) {
        case 'd': return unicode ? CharClass::property("\\p{Nd}") : CharClass({{'0', '9'}});
        case 'w':
            return unicode ? CharClass::property(
                                 "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}]")
                           : CharClass({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
        case 's':
            return unicode ? CharClass::property("\\p{White_Space}")
                           : CharClass({{'\t', '\r'}, {' ', ' '}});
        case 'h':
            return CharClass({{'\t', '\t'},
                              {' ', ' '},
                              {0xA0, 0xA0},
                              {0x1680, 0x1680},
                              {0x180E, 0x180E},
                              {0x2000, 0x200A},
                              {0x202F, 0x202F},
                              {0x205F, 0x205F},
                              {0x3000, 0x3000}});
        default: return CharClass({{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}});  // v
    }
}

namespace {

struct Posix {
    const char* name;
    std::vector<CharClass::Range> ranges;
};
const std::vector<Posix>& posix() {
    static const std::vector<Posix> all{
        {"Lower", {{'a', 'z'}}},
        {"Upper", {{'A', 'Z'}}},
        {"ASCII", {{0, 0x7F}}},
        {"Alpha", {{'A', 'Z'}, {'a', 'z'}}},
        {"Digit", {{'0', '9'}}},
        {"Alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
        {"Punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
        {"Graph", {{'!', '~'}}},
        {"Print", {{' ', '~'}}},
        {"Blank", {{'\t', '\t'}, {' ', ' '}}},
        {"Cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
        {"XDigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
        {"Space", {{'\t', '\r'}, {' ', ' '}}},
        {"L1", {{0, 0xFF}}},
        {"all", {{0, CharClass::highest}}},
    };
    return all;
}

/// Names that are a piece of PCRE2 by another name.
struct Named {
    const char *java, *pcre;
};
constexpr Named named[] = {
    {"LC", "[\\p{Lu}\\p{Ll}\\p{Lt}]"},
    {"LD", "[\\p{L}\\p{Nd}]"},
    {"javaLowerCase", "\\p{Lowercase}"},
    {"javaUpperCase", "\\p{Uppercase}"},
    {"javaTitleCase", "\\p{Lt}"},
    {"javaAlphabetic", "\\p{Alphabetic}"},
    {"javaIdeographic", "\\p{Ideographic}"},
    {"javaLetter", "\\p{L}"},
    {"javaDigit", "\\p{Nd}"},
    {"javaLetterOrDigit", "[\\p{L}\\p{Nd}]"},
    {"javaSpaceChar", "\\p{Z}"},
    {"javaWhitespace", "(?:(?![\\x{a0}\\x{2007}\\x{202f}])[\\p{Z}\\x{9}-\\x{d}\\x{1c}-\\x{1f}])"},
    {"javaISOControl", "\\p{Cc}"},
};
constexpr Named binary[] = {
    {"alphabetic", "\\p{Alphabetic}"},
    {"ideographic", "\\p{Ideographic}"},
    {"letter", "\\p{L}"},
    {"lowercase", "\\p{Lowercase}"},
    {"uppercase", "\\p{Uppercase}"},
    {"titlecase", "\\p{Lt}"},
    {"white_space", "\\p{White_Space}"},
    {"whitespace", "\\p{White_Space}"},
    {"control", "\\p{Cc}"},
    {"punctuation", "\\p{P}"},
    {"hex_digit", "\\p{Hex_Digit}"},
    {"hexdigit", "\\p{Hex_Digit}"},
    {"assigned", "\\P{Cn}"},
    {"digit", "\\p{Nd}"},
    {"alnum", "[\\p{Alphabetic}\\p{Nd}]"},
    {"blank", "[\\p{Zs}\\x{9}]"},
    {"join_control", "[\\x{200c}\\x{200d}]"},
    {"joincontrol", "[\\x{200c}\\x{200d}]"},
};
constexpr const char* categories[] = {"C",  "Cc", "Cf", "Cn", "Co", "Cs", "L",  "Ll", "Lm", "Lo",
                                      "Lt", "Lu", "M",  "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No",
                                      "P",  "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S",  "Sc",
                                      "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"};

bool category(std::string_view name, CharClass& out) {
    if (std::find(std::begin(categories), std::end(categories), name) == std::end(categories))
        return false;
    out = CharClass::property(fmt::format("\\p{{{}}}", name));
    return true;
}

std::string lower(std::string_view s) {
    std::string t(s);
    for (char& c : t)
        if (c >= 'A' && c <= 'Z')
            c = char(c + 32);
    return t;
}

bool script(std::string_view name, CharClass& out) {
    if (name.empty())
        return false;
    for (char c : name)
        if (!((c | 32) >= 'a' && (c | 32) <= 'z') && c != '_')
            return false;
    out = CharClass::property(
        fmt::format("\\p{{sc:{}}}", name));  // PCRE2 says when there is no such script
    return true;
}

}  // namespace

bool property_class(std::string_view name, CharClass& out, std::string& why) {
    why = fmt::format("there is no character property '{}'", name);
    if (size_t eq = name.find('='); eq != name.npos) {
        std::string what = lower(name.substr(0, eq));
        if (what == "sc" || what == "script")
            return script(name.substr(eq + 1), out);
        if (what == "gc" || what == "general_category")
            return category(name.substr(eq + 1), out);
        if (what == "blk" || what == "block")
            why = "blocks of characters are not supported; write their range, as [\\u0370-\\u03ff]";
        return false;
    }
    for (const Posix& p : posix())
        if (name == p.name) {
            out = CharClass(p.ranges);
            return true;
        }
    for (const Named& n : named)
        if (name == n.java) {
            out = CharClass::property(n.pcre);
            return true;
        }
    if (name.starts_with("Is")) {
        std::string_view rest = name.substr(2);
        if (category(rest, out))
            return true;
        for (const Named& n : binary)
            if (lower(rest) == n.java) {
                out = CharClass::property(n.pcre);
                return true;
            }
        return script(rest, out);
    }
    if (name.starts_with("In")) {
        why = "blocks of characters are not supported; write their range, as [\\u0370-\\u03ff]";
        return false;
    }
    return category(name, out);
}

}  // namespace weft::compiler
