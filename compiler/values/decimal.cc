// Rounding works on the digits as text: no second rounding in binary.
#include "compiler/values/decimal.hh"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace weft::compiler {
namespace {

/// 0.d1d2d3... times 10^point; zero is the one digit 0 with point 1.
struct Decimal {
    std::string digits;
    int point;
};

Decimal decimal_of(double x) {
    if (x == 0)
        return {"0", 1};
    char text[40];
    auto end =
        std::to_chars(text, text + sizeof text, std::fabs(x), std::chars_format::scientific).ptr;
    std::string_view all(text, size_t(end - text));
    size_t e = all.find('e');
    Decimal d{std::string(1, all[0]), 1};
    if (e > 2)
        d.digits += all.substr(2, e - 2);
    int exponent = 0;
    const char* from = text + e + 1;
    std::from_chars(*from == '+' ? from + 1 : from, end, exponent);
    d.point += exponent;
    return d;
}

/// Keep that many digits (none or fewer than none: what is left may still round up to one).
Decimal rounded(Decimal d, int keep) {
    if (keep >= int(d.digits.size()))
        return d;
    if (keep < 0)
        return {"0", 1};
    bool up = d.digits[size_t(keep)] >= '5';
    d.digits.resize(size_t(keep));
    if (up) {
        int i = keep - 1;
        for (; i >= 0 && d.digits[size_t(i)] == '9'; i--)
            d.digits[size_t(i)] = '0';
        if (i >= 0)
            d.digits[size_t(i)]++;
        else {
            d.digits.insert(0, 1, '1');
            d.point++;
        }
    }
    if (d.digits.empty())
        return {"0", 1};
    return d;
}

std::string fixed(const Decimal& d, int places) {
    std::string out;
    for (int i = 0; i < d.point; i++)
        out += i < int(d.digits.size()) ? d.digits[size_t(i)] : '0';
    if (out.empty())
        out = "0";
    if (places)
        out += '.';
    for (int i = d.point; i < d.point + places; i++)
        out += i >= 0 && i < int(d.digits.size()) ? d.digits[size_t(i)] : '0';
    return out;
}

std::string scientific(const Decimal& d, int places, bool zero) {
    std::string out(1, d.digits[0]);
    if (places)
        out += '.';
    for (int i = 1; i <= places; i++)
        out += i < int(d.digits.size()) ? d.digits[size_t(i)] : '0';
    int exponent = zero ? 0 : d.point - 1;
    return fmt::format("{}e{}{:02}", out, exponent < 0 ? '-' : '+', std::abs(exponent));
}

}  // namespace

std::string fixed_text(double x, int places) {
    Decimal d = decimal_of(x);
    return fixed(rounded(d, d.point + places), places);
}

std::string scientific_text(double x, int places) {
    return scientific(rounded(decimal_of(x), places + 1), places, x == 0);
}

std::string general_text(double x, int digits) {
    Decimal d = rounded(decimal_of(x), digits);
    if (x != 0 && (d.point - 1 < -4 || d.point - 1 >= digits))
        return scientific(d, digits - 1, false);
    return fixed(d, digits - d.point);
}

std::string hexadecimal_text(double x, int places) {
    uint64_t bits = std::bit_cast<uint64_t>(std::fabs(x));
    int exponent = int(bits >> 52) - 1023;
    uint64_t fraction = bits & ((uint64_t(1) << 52) - 1);
    unsigned leading = 1;
    if (x == 0) {
        leading = 0;
        exponent = 0;
    } else if (exponent == -1023) {
        leading = 0;
        exponent = -1022;
        if (places >= 0 && places < 13)  // shortened, it begins with 1 as all others do
            for (leading = 1; !(fraction >> 52); exponent--)
                fraction <<= 1;
        fraction &= (uint64_t(1) << 52) - 1;
    }
    if (places == 0)
        places = 1;
    if (places > 0 && places < 13) {  // to the nearest, a tie to the even one
        uint64_t unit = uint64_t(1) << (52 - 4 * places), rest = fraction & (unit - 1);
        fraction -= rest;
        if (rest > unit / 2 || (rest == unit / 2 && (fraction & unit)))
            fraction += unit;
        if (fraction >> 52) {
            fraction = 0;
            exponent++;
        }
    }
    std::string digits = fmt::format("{:013x}", fraction);
    size_t least = places < 0 ? 1 : size_t(places);
    while (digits.size() > least && digits.back() == '0')
        digits.pop_back();
    if (digits.size() < least)
        digits.append(least - digits.size(), '0');
    return fmt::format("0x{}.{}p{}", leading, digits, exponent);
}

}  // namespace weft::compiler
