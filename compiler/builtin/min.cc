// min: the smaller of two numbers.
#include <cmath>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

/// -0.0 is below 0.0, and NaN wins.
static double smaller(double a, double b) {
    if (std::isnan(a))
        return a;
    if (a == 0 && b == 0)
        return std::signbit(a) ? a : b;
    return a < b ? a : b;
}

static Element call_min(Eval&, const Arguments& arg) {
    if (arg[0].is(Kind::long_) && arg[1].is(Kind::long_)) {
        int64_t a = arg[0].long_value(), b = arg[1].long_value();
        return Element::of_long(a < b ? a : b);
    }
    return Element::of_double(smaller(arg.number(0), arg.number(1)));
}

extern const Builtin min{
    .name = "min",
    .arity = {2, 2},
    .call = call_min,
    .doc = "min(a, b): the smaller of two numbers; a double unless both are longs"};

}  // namespace weft::compiler::builtin
