// Path text to terms and back, by pan-language's rules (section 3.1 there).
#include "base/noun/path.hh"

#include <charconv>

#include "base/error.hh"

namespace weft {

static bool letter(unsigned char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static bool digit(unsigned char c) { return c >= '0' && c <= '9'; }

static std::optional<Term> plain_term(std::string_view t) {
    if (t.empty())
        return std::nullopt;
    std::string_view digits = t;
    bool negative = digits[0] == '-';
    if (negative)
        digits.remove_prefix(1);
    bool number = !digits.empty();
    for (unsigned char c : digits)
        number = number && digit(c);
    if (number) {
        if (digits.size() > 1 && digits[0] == '0')
            return std::nullopt;
        int32_t n = 0;
        auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), n);
        if (ec != std::errc() || (negative && n == 0))
            return std::nullopt;
        return Term(n);
    }
    if (!letter(t[0]) && !digit(t[0]) && t[0] != '_')
        return std::nullopt;
    for (unsigned char c : t)
        if (!letter(c) && !digit(c) && c != '_' && c != '+' && c != '.' && c != '-')
            return std::nullopt;
    return Term(Key(t));
}

/// Replace every {...} by escape(...).
static std::string expand_braces(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] == '}')
            throw Error(exit_data, "'}' without '{' in the path '" + std::string(text) + "'");
        if (text[i] != '{') {
            out += text[i];
            continue;
        }
        size_t end = text.find('}', i);
        if (end == std::string_view::npos)
            throw Error(exit_data, "'{' without '}' in the path '" + std::string(text) + "'");
        std::string_view inner = text.substr(i + 1, end - i - 1);
        if (inner.find('{') != std::string_view::npos)
            throw Error(exit_data, "nested '{' in the path '" + std::string(text) + "'");
        auto e = escape(inner);
        if (!e)
            throw Error(exit_data, "characters above U+00FF cannot be escaped in the path '" +
                                       std::string(text) + "'");
        out += *e;
        i = end;
    }
    return out;
}

std::optional<Term> parse_term(std::string_view text) {
    if (text.size() >= 2 && text.front() == '{' && text.back() == '}') {
        std::string_view inner = text.substr(1, text.size() - 2);
        if (inner.find_first_of("{}") == std::string_view::npos) {
            auto e = escape(inner);
            if (!e)
                return std::nullopt;
            return Term(Key(*e));
        }
    }
    return plain_term(text);
}

std::vector<Term> parse_terms(std::string_view text, std::string_view whole) {
    if (whole.empty())
        whole = text;
    std::string expanded;
    std::string_view rest = text;
    if (text.find_first_of("{}") != std::string_view::npos)
        rest = expanded = expand_braces(text);
    while (rest.ends_with('/'))
        rest.remove_suffix(1);
    std::vector<Term> terms;
    while (!rest.empty()) {
        size_t slash = std::min(rest.find('/'), rest.size());
        std::string_view word = rest.substr(0, slash);
        auto t = plain_term(word);
        if (!t) {
            Error e(exit_data, word.empty() ? "empty step in the path '" + std::string(whole) + "'"
                                            : "'" + std::string(word) +
                                                  "' is no valid step of a path, in '" +
                                                  std::string(whole) + "'");
            bool number = word.find_first_not_of("-0123456789") == std::string_view::npos;
            e.hint =
                word.empty() ? "one '/' too many"
                : number
                    ? "an index is a number without leading zeros; a key that looks like one is "
                      "written {" +
                          std::string(word) + "}"
                    : "write {...} around text that is not letters, digits, '_', '.', '+' and '-'";
            throw e;
        }
        terms.push_back(*t);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    return terms;
}

Path Path::parse(std::string_view text) {
    if (!text.starts_with('/'))
        throw Error(exit_data, "the path '" + std::string(text) + "' does not begin with '/'");
    std::string_view rest = text;
    if (rest.find_first_not_of('/') == std::string_view::npos)
        return Path();
    rest.remove_prefix(1);
    return Path(parse_terms(rest, text));
}

std::string Path::text() const {
    if (terms_.empty())
        return "/";
    std::string s;
    for (const Term& t : terms_) {
        s += '/';
        if (t.is_key())
            s += t.key.view();
        else
            s += std::to_string(t.index);
    }
    return s;
}

Path Path::operator/(Term t) const {
    Path p = *this;
    p.terms_.push_back(t);
    return p;
}

Path Path::operator/(const Path& more) const {
    Path p = *this;
    p.terms_.insert(p.terms_.end(), more.terms_.begin(), more.terms_.end());
    return p;
}

Path Path::up() const {
    Path p = *this;
    if (!p.terms_.empty())
        p.terms_.pop_back();
    return p;
}

bool Path::starts_with(const Path& p) const {
    return p.terms_.size() <= terms_.size() &&
           std::equal(p.terms_.begin(), p.terms_.end(), terms_.begin());
}

std::optional<std::string> escape(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    if (text.empty())
        return "_";
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (letter(c) || (digit(c) && i > 0)) {
            out += char(c);
            continue;
        }
        if (c >= 0x80) {  // U+0080..U+00FF are two bytes, C2 or C3 first; all others are above
            if ((c != 0xC2 && c != 0xC3) || i + 1 >= text.size())
                return std::nullopt;
            c = static_cast<unsigned char>((c & 3) << 6 |
                                           (static_cast<unsigned char>(text[++i]) & 0x3F));
        }
        out += '_';
        out += hex[c >> 4];
        out += hex[c & 15];
    }
    return out;
}

std::optional<std::string> unescape(std::string_view text) {
    if (text == "_")
        return "";
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '_') {
            out += text[i];
            continue;
        }
        unsigned n = 0;
        if (i + 2 >= text.size())
            return std::nullopt;
        auto [end, ec] = std::from_chars(text.data() + i + 1, text.data() + i + 3, n, 16);
        if (ec != std::errc() || end != text.data() + i + 3)
            return std::nullopt;
        if (n < 0x80)
            out += char(n);
        else {
            out += char(0xC0 | n >> 6);
            out += char(0x80 | (n & 0x3F));
        }
        i += 2;
    }
    return out;
}

}  // namespace weft
