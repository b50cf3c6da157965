// to_double: any property as a floating point number.
#include <fmt/core.h>

#include <cstdlib>
#include <limits>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

static bool digit(char c, bool hex) {
    return (c >= '0' && c <= '9') || (hex && (c | 32) >= 'a' && (c | 32) <= 'f');
}

/// Is this a number without sign and suffix: digits with one point, then an exponent (which a
/// hexadecimal one must have)?
static bool well_formed(std::string_view t, bool hex) {
    size_t i = 0, digits = 0;
    for (; i < t.size() && digit(t[i], hex); i++)
        digits++;
    if (i < t.size() && t[i] == '.')
        for (i++; i < t.size() && digit(t[i], hex); i++)
            digits++;
    if (!digits)
        return false;
    if (i == t.size())
        return !hex;
    if ((t[i] | 32) != (hex ? 'p' : 'e'))
        return false;
    i++;
    if (i < t.size() && (t[i] == '+' || t[i] == '-'))
        i++;
    size_t first = i;
    while (i < t.size() && digit(t[i], false))
        i++;
    return i > first && i == t.size();
}

static double read(std::string_view text) {
    auto fail = [&] {
        throw EvalFailure(fmt::format("to_double(): '{}' is not a number", text));
    };
    std::string_view t = text;
    while (!t.empty() && static_cast<unsigned char>(t.front()) <= ' ')
        t.remove_prefix(1);
    while (!t.empty() && static_cast<unsigned char>(t.back()) <= ' ')
        t.remove_suffix(1);
    bool negative = t.starts_with('-');
    if (negative || t.starts_with('+'))
        t.remove_prefix(1);
    double value = 0;
    if (t == "NaN") {
        value = std::numeric_limits<double>::quiet_NaN();
    } else if (t == "Infinity") {
        value = std::numeric_limits<double>::infinity();
    } else {
        bool hex = t.starts_with("0x") || t.starts_with("0X");
        std::string_view number = t.substr(hex ? 2 : 0);
        bool exponent = !hex || number.find_first_of("pP") !=
                                    number.npos;  // in hexadecimal, d and f are digits before p
        if (!number.empty() && exponent &&
            ((number.back() | 32) == 'd' || (number.back() | 32) == 'f'))
            number.remove_suffix(1);
        if (!well_formed(number, hex))
            fail();
        // Locale plays no part: no program of ours calls setlocale.
        value = std::strtod(((hex ? "0x" : "") + std::string(number)).c_str(), nullptr);
    }
    return negative ? -value : value;
}

static Element call_to_double(Eval&, const Arguments& arg) {
    const Element& x = arg[0];
    switch (x.kind()) {
        case Kind::boolean: return Element::of_double(x.boolean());
        case Kind::long_: return Element::of_double(double(x.long_value()));
        case Kind::double_: return Element::of_double(x.double_value());
        case Kind::string: return Element::of_double(read(x.string()));
        default: arg.wrong(0, "a boolean, a number or a string");
    }
}

extern const Builtin to_double{
    .name = "to_double",
    .arity = {1, 1},
    .call = call_to_double,
    .doc = "to_double(x): 0.0 or 1.0 for a boolean, a number, or the number that a string spells"};

}  // namespace weft::compiler::builtin
