// Java's format strings, the text of any value, and names replaced by values.
#include "t/tap.hh"

#include <cmath>

#include "t/compiler/builtin.hh"

#include "compiler/values/format.hh"
#include "compiler/values/substitute.hh"

template <class... A>
static std::string text(std::string_view f, const A&... a) {
    return std::string(call("format", s(f), a...).string());
}
template <class... A>
static std::string wrong(std::string_view f, const A&... a) {
    std::string m = failure("format", s(f), a...),
                before = "invalid format specification or mismatched types in format(): ";
    return m.starts_with(before) ? m.substr(before.size()) : "unexpected: " + m;
}

BOOST_AUTO_TEST_CASE(text_without_conversions_is_kept) {
    BOOST_TEST(text("100%% of \xc3\xa9%n") == "100% of \xc3\xa9\n");
    BOOST_TEST(text("") == "");
    BOOST_TEST(text("a", n(1), n(2)) == "a");
    BOOST_TEST(text("%5%|%-3%|") == "    %|%  |");
}

BOOST_AUTO_TEST_CASE(whole_numbers) {
    BOOST_TEST(text("%d", n(42)) == "42");
    BOOST_TEST(text("%5d|%-5d|%05d", n(42), n(42), n(-42)) == "   42|42   |-0042");
    BOOST_TEST(text("%+d % d %+d", n(1), n(1), n(-1)) == "+1  1 -1");
    BOOST_TEST(text("%,d %,d %,d", n(1234567), n(999), n(-1000)) == "1,234,567 999 -1,000");
    BOOST_TEST(text("%(d %(08d %(d", n(-5), n(-5), n(5)) == "(5) (000005) 5");
    BOOST_TEST(text("%d", n(INT64_MIN)) == "-9223372036854775808");
    BOOST_TEST(text("%,011d", n(1234567)) == "001,234,567");
}

BOOST_AUTO_TEST_CASE(hexadecimal_and_octal_numbers_show_all_64_bits) {
    BOOST_TEST(text("%x %X %o", n(255), n(255), n(8)) == "ff FF 10");
    BOOST_TEST(text("%x", n(-1)) == "ffffffffffffffff");
    BOOST_TEST(text("%o", n(-1)) == "1777777777777777777777");
    BOOST_TEST(text("%#x %#o %#010X", n(255), n(8), n(255)) == "0xff 010 0X000000FF");
}

BOOST_AUTO_TEST_CASE(doubles_round_half_up_on_their_decimal_text) {
    BOOST_TEST(text("%.2f", d(1.005)) == "1.01");
    BOOST_TEST(text("%.0f %.0f %.0f", d(0.5), d(1.5), d(2.5)) == "1 2 3");
    BOOST_TEST(text("%.1f %.1f", d(0.05), d(0.04)) == "0.1 0.0");
    BOOST_TEST(text("%f", d(1.0 / 3)) == "0.333333");
    BOOST_TEST(text("%.3f", d(999.9995)) == "1000.000");
    BOOST_TEST(text("%f", d(1e20)) == "100000000000000000000.000000");
    BOOST_TEST(text("%,.2f", d(-1234567.891)) == "-1,234,567.89");
    BOOST_TEST(text("%08.2f|%-8.1f|%+.1f", d(-3.14159), d(2.25), d(1)) == "-0003.14|2.3     |+1.0");
    BOOST_TEST(text("%.0f %#.0f", d(3), d(3)) == "3 3.");
    BOOST_TEST(text("%f %f", d(0.0), d(-0.0)) == "0.000000 -0.000000");
    BOOST_TEST(text("%.20f", d(0.1)) == "0.10000000000000000000");
}

BOOST_AUTO_TEST_CASE(doubles_with_exponents) {
    BOOST_TEST(text("%e %E", d(12345.678), d(0.00012)) == "1.234568e+04 1.200000E-04");
    BOOST_TEST(text("%.0e %#.0e", d(15), d(15)) == "2e+01 2.e+01");
    BOOST_TEST(text("%.2e", d(9.999)) == "1.00e+01");
    BOOST_TEST(text("%e", d(0)) == "0.000000e+00");
    BOOST_TEST(text("%g %g %g", d(123456), d(1234567), d(0.0001)) ==
               "123456 1.23457e+06 0.000100000");
    BOOST_TEST(text("%g %.3g %g", d(0.00009), d(999.5), d(0)) == "9.00000e-05 1.00e+03 0.00000");
    BOOST_TEST(text("%.0g %G", d(1.5), d(1e-10)) == "2 1.00000E-10");
    BOOST_TEST(text("%a %a %A", d(1), d(-0.1), d(3)) == "0x1.0p0 -0x1.999999999999ap-4 0X1.8P1");
    BOOST_TEST(text("%.2a %.1a %a", d(0.1), d(1.96875), d(0)) == "0x1.9ap-4 0x1.0p1 0x0.0p0");
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none) {
    BOOST_TEST(text("%f %e %5.1f|%05f", d(NAN), d(INFINITY), d(-INFINITY), d(INFINITY)) ==
               "NaN Infinity -Infinity|Infinity");
    BOOST_TEST(text("%+f %(f %E", d(INFINITY), d(-INFINITY), d(NAN)) == "+Infinity (Infinity) NAN");
}

BOOST_AUTO_TEST_CASE(strings_and_other_values) {
    BOOST_TEST(text("%s %s %s %s", s("x"), n(1), d(1.5), b(true)) == "x 1 1.5 true");
    BOOST_TEST(text("%5s|%-5s|%.2s|%5.1s|", s("ab"), s("ab"), s("abc"), s("xyz")) ==
               "   ab|ab   |ab|    x|");
    BOOST_TEST(text("%S", s("stra\xc3\x9f"
                            "e")) == "STRASSE");
    BOOST_TEST(text("%s", l({n(1), s("a")})) == "[ 1, a ]");
    BOOST_TEST(text("%3s|", s("\xf0\x9f\x98\x80")) == " \xf0\x9f\x98\x80|");  // two units wide
    BOOST_TEST(text("%b %b %B %.1b", b(false), s("x"), b(true), b(true)) == "false true TRUE t");
    BOOST_TEST(text("%h %h %h %H", s("abc"), n(255), b(true), s("z")) == "17862 ff 4cf 7A");
}

BOOST_AUTO_TEST_CASE(arguments_are_taken_in_order_by_number_or_again) {
    BOOST_TEST(text("%2$s %1$s %s %s", s("a"), s("b")) == "b a a b");
    BOOST_TEST(text("%s %<s %s", s("a"), s("b")) == "a a b");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_format_is_said) {
    BOOST_TEST(wrong("%d", d(1.5)) == "'%d' wants a long, and argument 2 is a double");
    BOOST_TEST(wrong("%f", n(1)) == "'%f' wants a double, and argument 2 is a long");
    BOOST_TEST(wrong("%s", undef) == "'%s' wants a value, and argument 2 is undef");
    BOOST_TEST(wrong("%b", null) == "'%b' wants a value, and argument 2 is null");
    BOOST_TEST(wrong("%c", n(65)) ==
               "'%c' wants a character, which Pan does not have, and argument 2 is a long");
    BOOST_TEST(wrong("%s") == "'%s' wants argument 1 behind the format, and there are 0");
    BOOST_TEST(wrong("%3$s", n(1)) == "'%3$s' wants argument 3 behind the format, and there are 1");
    BOOST_TEST(wrong("%<s", n(1)) == "'%<s' has nothing before it to take again");
    BOOST_TEST(wrong("%q", n(1)) == "'%q' is no conversion; there are b h s c d o x e f g a % n");
    BOOST_TEST(wrong("%D", n(1)) == "'%D' is no conversion; there are b h s c d o x e f g a % n");
    BOOST_TEST(wrong("50%") == "'%' has no conversion letter; %% is the percent sign");
    BOOST_TEST(wrong("%.s", s("")) == "'%.' has no digits behind the '.'");
    BOOST_TEST(wrong("%--5d", n(1)) == "the flag '-' is given twice");
    BOOST_TEST(wrong("%-d", n(1)) == "'%-d' has the flag '-' but no width");
    BOOST_TEST(wrong("%-05d", n(1)) == "'%-05d' has both flags '-' and '0'");
    BOOST_TEST(wrong("%+ d", n(1)) == "'%+ d' has both flags '+' and ' '");
    BOOST_TEST(wrong("%.2d", n(1)) == "'%.2d' cannot have a precision: it is for whole numbers");
    BOOST_TEST(wrong("%,x", n(1)) == "'%,x' cannot have the flag ','");
    BOOST_TEST(wrong("%#s", s("a")) == "'%#s' cannot have the flag '#'");
    BOOST_TEST(wrong("%#g", d(1)) == "'%#g' cannot have the flag '#'");
    BOOST_TEST(wrong("%5n") == "'%5n' is a line end and takes neither width nor flags");
    BOOST_TEST(wrong("%9999999999d", n(1)) == "a number is larger than 1000000");
    BOOST_TEST(failure("format", n(1)) == "format(): argument 1 must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(an_endless_result_meets_a_limit) {
    std::string f;
    for (int i = 0; i < 300; i++)
        f += "%1$1000000d";
    BOOST_TEST(failure("format", s(f), n(1)) ==
               "evaluation limit reached: this needs more work than one object may take");
}

BOOST_AUTO_TEST_CASE(every_value_has_a_text) {
    BOOST_TEST(call("to_string", s("x")) == s("x"));
    BOOST_TEST(call("to_string", n(-1)) == s("-1"));
    BOOST_TEST(call("to_string", d(100)) == s("100.0"));
    BOOST_TEST(call("to_string", d(1e7)) == s("1.0E7"));
    BOOST_TEST(call("to_string", b(true)) == s("true"));
    BOOST_TEST(call("to_string", undef) == s("undef"));
    BOOST_TEST(call("to_string", null) == s("null"));
    BOOST_TEST(call("to_string", l({})) == s("[  ]"));
    BOOST_TEST(call("to_string", m({})) == s("{  }"));
    BOOST_TEST(call("to_string", m({{"a", l({n(1), s("x")})}})) == s("{ a, [ 1, x ] }"));
    BOOST_TEST(call("to_string", m({{"b", undef}, {"a", l({l({}), null})}})) ==
               s("{ a, [ [  ], null ], b, undef }"));
    Element loop = l({});
    loop.list_ref().push_back(loop);
    BOOST_TEST(failure("to_string", loop) ==
               "to_string(): the value is more than 2000 levels deep");
    loop.list_ref().resize(0);
}

BOOST_AUTO_TEST_CASE(names_in_braces_are_replaced) {
    Element values = m({{"A", s("one")},
                        {"n", n(2)},
                        {"l", l({n(1)})},
                        {"r", s("<${A}>")},
                        {"x", s("${y}")},
                        {"y", s("${x}")}});
    auto text = [&](std::string_view t) {
        return substitute(t, values.dict());
    };
    auto wrong = [&](std::string_view t) {
        try {
            return text(t);
        } catch (const EvalFailure& e) {
            return e.message;
        }
    };
    BOOST_TEST(text("a ${A} b ${n} ${l}") == "a one b 2 [ 1 ]");
    BOOST_TEST(text("$${A} $$${A}") == "${A} $${A}");
    BOOST_TEST(text("${r}") == "<one>");
    BOOST_TEST(text("${A:-other}") == "one");
    BOOST_TEST(text("${un") == "${un");
    BOOST_TEST(text("$A $ {A} }{") == "$A $ {A} }{");
    BOOST_TEST(text("") == "");
    BOOST_TEST(wrong("${B}") == "substitute(): nothing is called 'B'");
    BOOST_TEST(wrong("${B:-b}") == "substitute(): nothing is called 'B'");
    BOOST_TEST(wrong("${ A}") == "substitute(): nothing is called ' A'");
    BOOST_TEST(wrong("${}") == "substitute(): nothing is called ''");
    BOOST_TEST(wrong("${x}") == "substitute(): 'x' is made of itself: x -> y -> x");
    BOOST_TEST(substitute("${a}-${b}", [](std::string_view n) {
                   return std::optional(std::string(n) + n.data()[0]);
               }) == "aa-bb");
}

BOOST_AUTO_TEST_CASE(names_that_multiply_meet_a_limit) {
    Element values = m({{"a0", s("")}});
    for (int i = 1; i < 60; i++) {
        std::string below = "${a" + std::to_string(i - 1) + "}";
        values.dict_ref().at(Key("a" + std::to_string(i))) = s(below + below);
    }
    BOOST_CHECK_THROW(substitute("${a59}", values.dict()), EvalFailure);
}
