// min: the smaller of two numbers.
#include <cmath>

#include "compiler/builtin.hh"

namespace weft::compiler::builtin {

/// -0.0 is below 0.0, and NaN wins.
static double smaller(double a, double b) {
    if (std::isnan(a)) return a;
    if (a == 0 && b == 0) return std::signbit(a) ? a : b;
    return a < b ? a : b;
}

static double number(const Arguments& arg, size_t i) {
    if (arg[i].is(Kind::long_)) return double(arg[i].long_value());
    if (arg[i].is(Kind::double_)) return arg[i].double_value();
    arg.wrong(i, "a number");
}

static Element call(Eval&, const Arguments& arg) {
    if (arg[0].is(Kind::long_) && arg[1].is(Kind::long_)) {
        int64_t a = arg[0].long_value(), b = arg[1].long_value();
        return Element::of_long(a < b ? a : b);
    }
    double a = number(arg, 0), b = number(arg, 1);
    return Element::of_double(smaller(a, b));
}

extern const Builtin min{
    .name = "min", .arity = {2, 2}, .call = call,
    .doc = "min(a, b): the smaller of two numbers; a double unless both are longs"};

}  // namespace weft::compiler::builtin
