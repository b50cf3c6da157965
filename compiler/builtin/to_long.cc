// to_long: any property as a whole number.
#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

/// To the nearest, halves upward; what is too large becomes the nearest long, NaN 0.
static int64_t rounded(double x) {
    if (std::isnan(x))
        return 0;
    double low = std::floor(x), whole = x - low >= 0.5 ? low + 1 : low;
    if (whole >= 0x1p63)
        return std::numeric_limits<int64_t>::max();
    if (whole < -0x1p63)
        return std::numeric_limits<int64_t>::min();
    return int64_t(whole);
}

/// radix 0: as the prefix says (0x, 0X or # hexadecimal, 0 octal).
static int64_t read(std::string_view text, int radix) {
    std::string_view digits = text;
    bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+'))
        digits.remove_prefix(1);
    if (!radix) {
        radix = 10;
        if (digits.starts_with("0x") || digits.starts_with("0X")) {
            radix = 16;
            digits.remove_prefix(2);
        } else if (digits.starts_with('#')) {
            radix = 16;
            digits.remove_prefix(1);
        } else if (digits.size() > 1 && digits[0] == '0') {
            radix = 8;
            digits.remove_prefix(1);
        }
    }
    uint64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, radix);
    if (digits.empty() || end != digits.data() + digits.size() ||
        error == std::errc::invalid_argument) {
        EvalFailure e(fmt::format("to_long(): '{}' is not a whole number{}", text,
                                  radix == 10 ? std::string() : fmt::format(" in base {}", radix)));
        if (radix == 8)
            e.hint = "a leading 0 means octal; to_long(x, 10) reads it as decimal";
        throw e;
    }
    uint64_t highest = uint64_t(std::numeric_limits<int64_t>::max()) + negative;
    if (error != std::errc() || value > highest)
        throw EvalFailure(fmt::format("to_long(): '{}' does not fit into 64 bits", text));
    return int64_t(negative ? 0 - value : value);
}

static Element call_to_long(Eval&, const Arguments& arg) {
    const Element& x = arg[0];
    int64_t radix = arg.size() > 1 ? arg.long_value(1) : 0;
    if (arg.size() > 1 && (radix < 2 || radix > 36))
        throw EvalFailure(fmt::format("to_long(): the base {} is not within 2 and 36", radix));
    switch (x.kind()) {
        case Kind::boolean: return Element::of_long(x.boolean());
        case Kind::long_: return Element::of_long(x.long_value());
        case Kind::double_: return Element::of_long(rounded(x.double_value()));
        case Kind::string: return Element::of_long(read(x.string(), int(radix)));
        default: arg.wrong(0, "a boolean, a number or a string");
    }
}

extern const Builtin to_long{.name = "to_long",
                             .arity = {1, 2},
                             .call = call_to_long,
                             .doc =
                                 "to_long(x, base?): 0 or 1 for a boolean, a double rounded, a "
                                 "string read as decimal, 0x hexadecimal or 0 octal, "
                                 "or in the base given"};

}  // namespace weft::compiler::builtin
