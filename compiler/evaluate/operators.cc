// Operators on values: 64-bit wrapping arithmetic, doubles, strings ordered by UTF-16 units.
#include "compiler/evaluate/operators.hh"

#include <fmt/core.h>

#include "compiler/compile.hh"
#include "compiler/evaluate/paths.hh"
#include "compiler/limits.hh"

namespace weft::compiler {

std::string_view op_text(Op op) {
    switch (op) {
        case Op::or_: return "||";
        case Op::and_: return "&&";
        case Op::bit_or: return "|";
        case Op::bit_xor: return "^";
        case Op::bit_and: return "&";
        case Op::eq: return "==";
        case Op::ne: return "!=";
        case Op::lt: return "<";
        case Op::gt: return ">";
        case Op::le: return "<=";
        case Op::ge: return ">=";
        case Op::add:
        case Op::plus: return "+";
        case Op::sub:
        case Op::minus: return "-";
        case Op::mul: return "*";
        case Op::div: return "/";
        case Op::mod: return "%";
        case Op::not_: return "!";
        case Op::bit_not: return "~";
        default: return "?";
    }
}

[[noreturn]] static void wrong(Op op, std::string_view wanted, const Element& a, const Element& b) {
    throw EvalFailure(fmt::format("operator {} takes {}, not {} and {}", op_text(op), wanted,
                                  kind_name(a.kind()), kind_name(b.kind())));
}

static double number(const Element& e) {
    return e.is(Kind::long_) ? double(e.long_value()) : e.double_value();
}

static bool compare(Op op, double x, double y) {
    switch (op) {
        case Op::eq: return x == y;
        case Op::ne: return x != y;
        case Op::lt: return x < y;
        case Op::gt: return x > y;
        case Op::le: return x <= y;
        default: return x >= y;
    }
}

static Element add(const Element& a, const Element& b) {
    if (a.is(Kind::long_) && b.is(Kind::long_))
        return Element::of_long(int64_t(uint64_t(a.long_value()) + uint64_t(b.long_value())));
    if (a.is_number() && b.is_number())
        return Element::of_double(number(a) + number(b));
    if (a.is(Kind::string) && b.is(Kind::string)) {
        std::string_view x = a.string(), y = b.string();
        if (y.empty())
            return a;
        if (x.empty())
            return b;
        check_text_size("+", x.size() + y.size());
        char small[512];
        if (x.size() + y.size() <= sizeof small) {
            std::copy(x.begin(), x.end(), small);
            std::copy(y.begin(), y.end(), small + x.size());
            return Element::of_string({small, x.size() + y.size()});
        }
        return Element::of_string(std::string(x).append(y));
    }
    EvalFailure f(fmt::format(
        "arguments for add (+) operation must be longs, doubles, or strings, not {} and {}",
        kind_name(a.kind()), kind_name(b.kind())));
    if ((a.is(Kind::string) && b.is_property()) || (b.is(Kind::string) && a.is_property()))
        f.hint = "to_string() makes a string of any value";
    throw f;
}

Element binary(Op op, const Element& a, const Element& b) {
    switch (op) {
        case Op::add: return add(a, b);
        case Op::sub:
        case Op::mul:
            if (!a.is_number() || !b.is_number())
                wrong(op, "two numbers", a, b);
            if (a.is(Kind::long_) && b.is(Kind::long_)) {
                uint64_t x = uint64_t(a.long_value()), y = uint64_t(b.long_value());
                return Element::of_long(int64_t(op == Op::sub ? x - y : x * y));
            }
            return Element::of_double(op == Op::sub ? number(a) - number(b)
                                                    : number(a) * number(b));
        case Op::div:
            if (!a.is_number() || !b.is_number())
                wrong(op, "two numbers", a, b);
            if (a.is(Kind::long_) && b.is(Kind::long_)) {
                if (!b.long_value())
                    throw Arguments::about(1, EvalFailure("division by zero"));
                if (b.long_value() == -1)
                    return Element::of_long(int64_t(0 - uint64_t(a.long_value())));
                return Element::of_long(a.long_value() / b.long_value());
            }
            if (number(b) == 0)
                throw Arguments::about(1, EvalFailure("division by zero"));
            return Element::of_double(number(a) / number(b));
        case Op::mod:
            if (!a.is(Kind::long_) || !b.is(Kind::long_))
                wrong(op, "two longs", a, b);
            if (!b.long_value())
                throw Arguments::about(1, EvalFailure("modulus by zero"));
            if (b.long_value() == -1)
                return Element::of_long(0);
            return Element::of_long(a.long_value() % b.long_value());
        case Op::eq:
        case Op::ne:
            if (a.is(Kind::boolean) && b.is(Kind::boolean))
                return Element::of_boolean((a.boolean() == b.boolean()) == (op == Op::eq));
            if (a.is(Kind::string) && b.is(Kind::string))
                return Element::of_boolean((a.string() == b.string()) == (op == Op::eq));
            if (!a.is_number() || !b.is_number())
                wrong(op, "two numbers, two strings or two booleans", a, b);
            return Element::of_boolean(compare(op, number(a), number(b)));
        case Op::lt:
        case Op::gt:
        case Op::le:
        case Op::ge:
            if (a.is(Kind::string) && b.is(Kind::string))
                return Element::of_boolean(compare(op, compare_utf16(a.string(), b.string()), 0));
            if (!a.is_number() || !b.is_number())
                wrong(op, "two numbers or two strings", a, b);
            return Element::of_boolean(compare(op, number(a), number(b)));
        case Op::bit_or:
        case Op::bit_xor:
        case Op::bit_and:
            if (!a.is(Kind::long_) || !b.is(Kind::long_))
                wrong(op, "two longs", a, b);
            return Element::of_long(op == Op::bit_or    ? a.long_value() | b.long_value()
                                    : op == Op::bit_xor ? a.long_value() ^ b.long_value()
                                                        : a.long_value() & b.long_value());
        case Op::or_:
        case Op::and_:
            if (!a.is(Kind::boolean) || !b.is(Kind::boolean))
                wrong(op, "two booleans", a, b);
            return Element::of_boolean(op == Op::or_ ? a.boolean() || b.boolean()
                                                     : a.boolean() && b.boolean());
        default: break;
    }
    throw EvalFailure("no such operator");
}

Element unary(Op op, const Element& a) {
    auto wrong_kind = [&](std::string_view wanted) {
        throw EvalFailure(
            fmt::format("unary {} takes {}, not {}", op_text(op), wanted, kind_name(a.kind())));
    };
    switch (op) {
        case Op::plus: return a;  // of any kind: the parser checks literals
        case Op::minus:
            if (a.is(Kind::long_))
                return Element::of_long(int64_t(0 - uint64_t(a.long_value())));
            if (!a.is(Kind::double_))
                wrong_kind("a number");
            return Element::of_double(-a.double_value());
        case Op::not_:
            if (!a.is(Kind::boolean))
                wrong_kind("a boolean");
            return Element::of_boolean(!a.boolean());
        default:
            if (!a.is(Kind::long_))
                wrong_kind("a long");
            return Element::of_long(~a.long_value());
    }
}

ErrorClass folded_error_class(Op op, const Element& a, const Element* b) {
    switch (op) {
        case Op::add:
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::gt:
        case Op::le:
        case Op::ge:
            return !a.is_defined() || !b->is_defined() ? ErrorClass::evaluation
                                                       : ErrorClass::syntax;
        case Op::sub:
        case Op::mul:
        case Op::div:
            return !a.is_number() || !b->is_number() ? ErrorClass::evaluation : ErrorClass::syntax;
        case Op::mod:
            return !a.is(Kind::long_) || !b->is(Kind::long_) ? ErrorClass::evaluation
                                                             : ErrorClass::syntax;
        case Op::bit_or:
        case Op::bit_xor:
        case Op::bit_and:
        case Op::bit_not:
        case Op::not_:
        case Op::minus: return ErrorClass::evaluation;
        default: return ErrorClass::syntax;
    }
}

}  // namespace weft::compiler
