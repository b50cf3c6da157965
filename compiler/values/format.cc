// Java's format strings, with the checks that Java makes and messages that say what is wrong.
#include "compiler/values/format.hh"

#include <fmt/core.h>

#include <bit>
#include <cmath>

#include "base/noun/profile.hh"
#include "base/wrap/unicode.hh"
#include "compiler/limits.hh"
#include "compiler/text/utf16.hh"
#include "compiler/values/decimal.hh"

namespace weft::compiler {
namespace {

constexpr int widest = 1'000'000;

/// %[index$][flags][width][.precision]conversion
struct Spec {
    std::string_view text;  ///< as written
    int index = 0;          ///< from 1; 0: the next one; -1: the last one again
    bool left = false, plus = false, blank = false, zero = false, comma = false, parens = false,
         alternate = false;
    int width = -1, precision = -1;
    char conversion = 0;  ///< in lower case
    bool upper = false;
};

[[noreturn]] void fail(std::string_view why) {
    throw EvalFailure(
        fmt::format("invalid format specification or mismatched types in format(): {}", why));
}
[[noreturn]] void fail(const Spec& s, std::string_view why) {
    fail(fmt::format("'{}' {}", s.text, why));
}

int number(std::string_view f, size_t& at) {
    int n = 0;
    for (; at < f.size() && f[at] >= '0' && f[at] <= '9'; at++) {
        n = n * 10 + (f[at] - '0');
        if (n > widest)
            fail(fmt::format("a number is larger than {}", widest));
    }
    return n;
}

/// `at` is behind the '%' and is moved behind the conversion.
Spec read_spec(std::string_view f, size_t& at) {
    size_t from = at - 1;
    Spec s;
    size_t digits = at;
    int n = number(f, digits);
    if (digits > at && digits < f.size() && f[digits] == '$') {
        s.index = n;
        at = digits + 1;
    }
    auto flag = [&](bool& on) {
        if (on)
            fail(fmt::format("the flag '{}' is given twice", f[at]));
        on = true;
    };
    bool again = false;
    for (bool more = true; more && at < f.size();) {
        switch (f[at]) {
            case '-': flag(s.left); break;
            case '+': flag(s.plus); break;
            case ' ': flag(s.blank); break;
            case '0': flag(s.zero); break;
            case ',': flag(s.comma); break;
            case '(': flag(s.parens); break;
            case '#': flag(s.alternate); break;
            case '<': flag(again); break;
            default: more = false; continue;
        }
        at++;
    }
    if (again)
        s.index = -1;
    if (at < f.size() && f[at] >= '1' && f[at] <= '9')
        s.width = number(f, at);
    if (at < f.size() && f[at] == '.') {
        size_t first = ++at;
        s.precision = number(f, at);
        if (at == first)
            fail(fmt::format("'{}' has no digits behind the '.'", f.substr(from, at - from)));
    }
    s.text = f.substr(from, at - from + 1);
    if (at >= f.size())
        fail(fmt::format("'{}' has no conversion letter; %% is the percent sign", s.text));
    char c = f[at++];
    s.upper = c >= 'A' && c <= 'Z';
    s.conversion = s.upper ? char(c | 32) : c;
    if (std::string_view("bhscdoxefga%n").find(s.conversion) == std::string_view::npos ||
        (s.upper && std::string_view("BHSCXEGA").find(c) == std::string_view::npos))
        fail(s, "is no conversion; there are b h s c d o x e f g a % n");
    return s;
}

/// The flags in `wrong` make no sense with the conversion.
void refuse(const Spec& s, std::string_view wrong) {
    std::string_view found;
    for (size_t i = 0; i < wrong.size(); i++) {
        char c = wrong[i];
        bool on = c == '-'   ? s.left
                  : c == '+' ? s.plus
                  : c == ' ' ? s.blank
                  : c == '0' ? s.zero
                  : c == ',' ? s.comma
                  : c == '(' ? s.parens
                             : s.alternate;
        if (on)
            found = wrong.substr(i, 1);
    }
    if (!found.empty())
        fail(s, fmt::format("cannot have the flag '{}'", found));
}

void check_number(const Spec& s) {
    if ((s.left || s.zero) && s.width < 0)
        fail(s, fmt::format("has the flag '{}' but no width", s.left ? '-' : '0'));
    if (s.left && s.zero)
        fail(s, "has both flags '-' and '0'");
    if (s.plus && s.blank)
        fail(s, "has both flags '+' and ' '");
}

void add_padded(std::string& out, const Spec& s, std::string_view text) {
    size_t length = s.width < 0 ? 0 : utf16_length(text),
           blanks = length < size_t(std::max(s.width, 0)) ? size_t(s.width) - length : 0;
    if (!s.left)
        out.append(blanks, ' ');
    out += text;
    if (s.left)
        out.append(blanks, ' ');
}

/// Commas between the thousands of the whole part, zeros up to the width, the sign: `text` is the
/// magnitude, of which `prefix` characters ("0x") stay in front of the zeros.
std::string signed_text(const Spec& s, bool negative, std::string text, size_t prefix = 0) {
    if (s.comma) {
        size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
        for (size_t i = whole; i > 3; i -= 3)
            text.insert(i - 3, ",");
    }
    std::string sign = negative ? (s.parens ? "(" : "-") : s.plus ? "+" : s.blank ? " " : "";
    std::string close = negative && s.parens ? ")" : "";
    size_t length = sign.size() + text.size() + close.size();
    if (s.zero && length < size_t(s.width))
        text.insert(prefix, size_t(s.width) - length, '0');
    return sign + text + close;
}

std::string whole_number(const Spec& s, int64_t v) {
    if (s.precision >= 0)
        fail(s, "cannot have a precision: it is for whole numbers");
    check_number(s);
    if (s.conversion == 'd') {
        refuse(s, "#");
        return signed_text(s, v < 0, fmt::format("{}", v < 0 ? 0 - uint64_t(v) : uint64_t(v)));
    }
    refuse(s, ",+ (");
    std::string_view prefix = !s.alternate ? "" : s.conversion == 'x' ? "0x" : "0";
    std::string digits =
        s.conversion == 'x' ? fmt::format("{:x}", uint64_t(v)) : fmt::format("{:o}", uint64_t(v));
    return signed_text(s, false, std::string(prefix) + digits, prefix.size());
}

std::string floating(const Spec& s, double v) {
    check_number(s);
    switch (s.conversion) {
        case 'e': refuse(s, ","); break;
        case 'g': refuse(s, "#"); break;
        case 'a': refuse(s, ",("); break;
    }
    if (std::isnan(v))
        return "NaN";
    bool negative = std::signbit(v);
    if (std::isinf(v)) {
        Spec plain = s;
        plain.zero = false;
        return signed_text(plain, negative, "Infinity");
    }
    int precision = s.precision < 0 ? 6 : s.precision;
    std::string text;
    switch (s.conversion) {
        case 'f':
            text = fixed_text(v, precision);
            if (s.alternate && precision == 0)
                text += '.';
            break;
        case 'e':
            text = scientific_text(v, precision);
            if (s.alternate && precision == 0)
                text.insert(1, ".");
            break;
        case 'g': text = general_text(v, std::max(precision, 1)); break;
        default: text = hexadecimal_text(v, s.precision);
    }
    return signed_text(s, negative, text, s.conversion == 'a' ? 2 : 0);
}

/// Java's hash of the value.
uint32_t hash_of(std::string_view function, const Element& e) {
    auto fold = [](uint64_t v) {
        return uint32_t(v ^ v >> 32);
    };
    switch (e.kind()) {
        case Kind::boolean: return e.boolean() ? 1231 : 1237;
        case Kind::long_: return fold(uint64_t(e.long_value()));
        case Kind::double_:
            return fold(std::isnan(e.double_value()) ? uint64_t(0x7ff8) << 48
                                                     : std::bit_cast<uint64_t>(e.double_value()));
        default: break;
    }
    std::string text = element_text(function, e);
    uint32_t h = 0;
    for (size_t i = 0; i < text.size();) {
        CodePoint c = code_point(text, i);
        if (c.value > 0xFFFF) {
            h = 31 * h + (0xD7C0 + (c.value >> 10));
            h = 31 * h + (0xDC00 + (c.value & 0x3FF));
        } else
            h = 31 * h + c.value;
        i += c.bytes;
    }
    return h;
}

std::string general(const Spec& s, std::string_view function, const Element& e) {
    refuse(s, "+ 0,(#");
    if (s.left && s.width < 0)
        fail(s, "has the flag '-' but no width");
    std::string text = s.conversion == 'b'
                           ? (e.is(Kind::boolean) && !e.boolean() ? "false" : "true")
                       : s.conversion == 'h' ? fmt::format("{:x}", hash_of(function, e))
                                             : element_text(function, e);
    if (s.precision >= 0 && size_t(s.precision) < utf16_length(text))
        text = utf16_slice(text, 0, size_t(s.precision));
    return text;
}

/// A conversion that takes no argument.
std::string constant(const Spec& s) {
    if (s.conversion == 'n') {
        if (s.text.size() > 2)
            fail(s, "is a line end and takes neither width nor flags");
        return "\n";
    }
    refuse(s, "+ 0,(#");
    if (s.precision >= 0)
        fail(s, "is a percent sign and takes no precision");
    if (s.left && s.width < 0)
        fail(s, "has the flag '-' but no width");
    return "%";
}

void check_kind(const Spec& s, const Element& e, size_t n) {
    auto wants = [&](std::string_view what) {
        fail(s, fmt::format("wants {}, and argument {} is {}", what, n, with_article(e.kind())));
    };
    if (!e.is_defined())
        wants("a value");
    switch (s.conversion) {
        case 'd':
        case 'o':
        case 'x':
            if (!e.is(Kind::long_))
                wants("a long");
            break;
        case 'e':
        case 'f':
        case 'g':
        case 'a':
            if (!e.is(Kind::double_))
                wants("a double");
            break;
        case 'c': wants("a character, which Pan does not have"); break;
    }
}

}  // namespace

std::string format_text(const Arguments& arg, size_t first) {
    std::string_view f = arg.string(first);
    std::string out;
    size_t next = 1, last = 0;
    for (size_t at = 0; at < f.size();) {
        size_t percent = std::min(f.find('%', at), f.size());
        out += f.substr(at, percent - at);
        if ((at = percent) == f.size())
            break;
        at++;
        Spec s = read_spec(f, at);
        if (s.conversion == 'n' || s.conversion == '%') {
            add_padded(out, s, constant(s));
            continue;
        }
        if (s.index < 0 && !last)
            fail(s, "has nothing before it to take again");
        size_t n = s.index < 0 ? last : s.index ? size_t(s.index) : next++;
        last = n;
        if (first + n >= arg.size())
            fail(s, fmt::format("wants argument {} behind the format, and there are {}", n,
                                arg.size() - first - 1));
        const Element& e = arg[first + n];
        check_kind(s, e, first + n + 1);
        std::string text = s.conversion == 'b' || s.conversion == 'h' || s.conversion == 's'
                               ? general(s, arg.function(), e)
                           : e.is(Kind::long_) ? whole_number(s, e.long_value())
                                               : floating(s, e.double_value());
        add_padded(out, s, s.upper ? to_upper(text) : text);
        check_text_size(arg.function(), out.size());
    }
    return out;
}

std::string element_text(std::string_view function, const Element& top) {
    if (top.is(Kind::undef))
        return "undef";
    if (top.is(Kind::null))
        return "null";
    if (!top.is_resource())
        return property_text(top);
    check_finite(function, top);
    std::string out;
    struct Level {
        const Element* e;
        size_t next;
    };
    std::vector<Level> levels;
    auto begin = [&](const Element& e) {
        if (!e.is_resource()) {
            if (e.is_defined())
                append_text(out, e);
            else
                out += kind_name(e.kind());
            return;
        }
        out += e.is(Kind::list) ? "[ " : "{ ";
        levels.push_back({&e, 0});
    };
    begin(top);
    while (!levels.empty()) {
        Level& l = levels.back();
        if (l.next == l.e->size()) {
            out += l.e->is(Kind::list) ? " ]" : " }";
            levels.pop_back();
            continue;
        }
        if (l.next)
            out += ", ";
        size_t i = l.next++;
        if (l.e->is(Kind::list)) {
            begin(l.e->list()[i]);
        } else {
            const Dict::Entry& child = l.e->dict()[i];
            out += child.key.view();
            out += ", ";
            begin(child.value);
        }
        check_text_size(function, out.size());
    }
    return out;
}

}  // namespace weft::compiler
