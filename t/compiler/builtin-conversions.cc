// The built-ins that turn one kind of value into another.
#include "t/tap.hh"

#include <cmath>

#include "t/compiler/builtin.hh"

BOOST_AUTO_TEST_CASE(only_nothing_and_the_word_false_are_false) {
    for (const char* yes : {"no", "0", "true", " ", "falsey", "fals"})
        BOOST_TEST(call("to_boolean", s(yes)) == b(true), yes);
    for (const char* no : {"", "false", "FALSE", "False"})
        BOOST_TEST(call("to_boolean", s(no)) == b(false), no);
    BOOST_TEST(call("to_boolean", n(0)) == b(false));
    BOOST_TEST(call("to_boolean", n(-1)) == b(true));
    BOOST_TEST(call("to_boolean", d(0.0)) == b(false));
    BOOST_TEST(call("to_boolean", d(0.1)) == b(true));
    BOOST_TEST(call("to_boolean", b(false)) == b(false));
    BOOST_TEST(failure("to_boolean", l({})) ==
               "to_boolean(): argument 1 must be a boolean, a number or a string, not a list");
    BOOST_TEST(failure("to_boolean", undef) ==
               "to_boolean(): argument 1 must be a boolean, a number or a string, not undef");
}

BOOST_AUTO_TEST_CASE(to_long_reads_prefixes_unless_a_base_is_given) {
    BOOST_TEST(call("to_long", s("12")) == n(12));
    BOOST_TEST(call("to_long", s("+12")) == n(12));
    BOOST_TEST(call("to_long", s("0")) == n(0));
    BOOST_TEST(call("to_long", s("-010")) == n(-8));
    BOOST_TEST(call("to_long", s("0x1F")) == n(31));
    BOOST_TEST(call("to_long", s("-#ff")) == n(-255));
    BOOST_TEST(call("to_long", s("08"), n(10)) == n(8));
    BOOST_TEST(call("to_long", s("-zz"), n(36)) == n(-1295));
    BOOST_TEST(call("to_long", s("9223372036854775807")) == n(INT64_MAX));
    BOOST_TEST(call("to_long", s("-9223372036854775808")) == n(INT64_MIN));
    BOOST_TEST(call("to_long", s("-0x8000000000000000")) == n(INT64_MIN));
    BOOST_TEST(failure("to_long", s("08")) == "to_long(): '08' is not a whole number in base 8");
    for (const char* wrong :
         {"", " 5", "5 ", "-", "+", "0x", "#", "--5", "0x-5", "1.0", "1e3", "ten"})
        BOOST_TEST(
            failure("to_long", s(wrong))
                .starts_with("to_long(): '" + std::string(wrong) + "' is not a whole number"),
            wrong);
    BOOST_TEST(failure("to_long", s("9223372036854775808")) ==
               "to_long(): '9223372036854775808' does not fit into 64 bits");
    BOOST_TEST(failure("to_long", s("99999999999999999999999")) != "");
    BOOST_TEST(failure("to_long", s("0x10"), n(16)) ==
               "to_long(): '0x10' is not a whole number in base 16");
    BOOST_TEST(failure("to_long", s("1"), n(37)) ==
               "to_long(): the base 37 is not within 2 and 36");
    BOOST_TEST(failure("to_long", null) ==
               "to_long(): argument 1 must be a boolean, a number or a string, not null");
}

BOOST_AUTO_TEST_CASE(to_long_rounds_halves_upward_and_saturates) {
    BOOST_TEST(call("to_long", d(2.5)) == n(3));
    BOOST_TEST(call("to_long", d(-2.5)) == n(-2));
    BOOST_TEST(call("to_long", d(-2.6)) == n(-3));
    BOOST_TEST(call("to_long", d(0.49999999999999994)) == n(0));
    BOOST_TEST(call("to_long", d(4503599627370497.5)) == n(4503599627370498));
    BOOST_TEST(call("to_long", d(1e300)) == n(INT64_MAX));
    BOOST_TEST(call("to_long", d(-INFINITY)) == n(INT64_MIN));
    BOOST_TEST(call("to_long", d(NAN)) == n(0));
    BOOST_TEST(call("to_long", b(true)) == n(1));
    BOOST_TEST(call("to_long", n(7)) == n(7));
}

BOOST_AUTO_TEST_CASE(to_double_reads_what_the_language_of_the_reference_reads) {
    BOOST_TEST(call("to_double", s("1.5")) == d(1.5));
    BOOST_TEST(call("to_double", s(" \t-.5e1\n")) == d(-5));
    BOOST_TEST(call("to_double", s("5.")) == d(5));
    BOOST_TEST(call("to_double", s("1f")) == d(1));
    BOOST_TEST(call("to_double", s("1.5D")) == d(1.5));
    BOOST_TEST(call("to_double", s("0x1.8p1")) == d(3));
    BOOST_TEST(call("to_double", s("0x1fp0f")) == d(31));
    BOOST_TEST(call("to_double", s("1e400")) == d(INFINITY));
    BOOST_TEST(call("to_double", s("-Infinity")) == d(-INFINITY));
    BOOST_TEST(std::isnan(call("to_double", s("NaN")).double_value()));
    BOOST_TEST(call("to_double", n(3)) == d(3));
    BOOST_TEST(call("to_double", b(true)) == d(1));
    for (const char* wrong : {"", " ", ".", "e5", "1e", "1 2", "inf", "nan", "infinity", "0x1",
                              "0x.p1", "1,5", "d", "--1", "1ff"})
        BOOST_TEST(failure("to_double", s(wrong)) ==
                       "to_double(): '" + std::string(wrong) + "' is not a number",
                   wrong);
    BOOST_TEST(failure("to_double", l({})) ==
               "to_double(): argument 1 must be a boolean, a number or a string, not a list");
}

BOOST_AUTO_TEST_CASE(max_and_min_stay_long_only_between_longs) {
    BOOST_TEST(call("max", n(1), n(2)) == n(2));
    BOOST_TEST(call("min", n(1), n(2)) == n(1));
    BOOST_TEST(call("max", n(1), d(0.5)) == d(1));
    BOOST_TEST(call("min", d(1), n(2)) == d(1));
    BOOST_TEST(std::signbit(call("min", d(0.0), d(-0.0)).double_value()));
    BOOST_TEST(std::signbit(call("min", d(-0.0), d(0.0)).double_value()));
    BOOST_TEST(!std::signbit(call("max", d(-0.0), d(0.0)).double_value()));
    BOOST_TEST(!std::signbit(call("max", d(0.0), d(-0.0)).double_value()));
    for (const char* f : {"max", "min"}) {
        BOOST_TEST(std::isnan(call(f, d(NAN), d(1)).double_value()));
        BOOST_TEST(std::isnan(call(f, d(1), d(NAN)).double_value()));
    }
    BOOST_TEST(failure("max", n(1), s("2")) == "max(): argument 2 must be a number, not a string");
    BOOST_TEST(failure("min", b(true), n(2)) ==
               "min(): argument 1 must be a number, not a boolean");
}

BOOST_AUTO_TEST_CASE(addresses_and_numbers_are_each_others_way_back) {
    BOOST_TEST(call("ip4_to_long", s("127.0.0.1")) == l({n(2130706433), n(4294967295)}));
    BOOST_TEST(call("ip4_to_long", s("10.0.0.0/8")) == l({n(167772160), n(4278190080)}));
    BOOST_TEST(call("ip4_to_long", s("0.0.0.0/0")) == l({n(0), n(0)}));
    BOOST_TEST(call("ip4_to_long", s("255.255.255.255/32")) == l({n(4294967295), n(4294967295)}));
    BOOST_TEST(call("long_to_ip4", n(2130706433)) == s("127.0.0.1"));
    BOOST_TEST(call("long_to_ip4", n(0)) == s("0.0.0.0"));
    BOOST_TEST(failure("ip4_to_long", s("1.2.3.4/33")) ==
               "ip4_to_long(): '1.2.3.4/33' has more than 32 bits of mask");
    BOOST_TEST(failure("ip4_to_long", s("1.2.3.256")) ==
               "ip4_to_long(): '1.2.3.256' has a number above 255");
    BOOST_TEST(failure("ip4_to_long", s("99999999999.2.3.4")) ==
               "ip4_to_long(): '99999999999.2.3.4' has a number above 255");
    for (const char* wrong : {"", "1.2.3", "1.2.3.", "1.2.3.4.5", "1.2.3.4/", "a.b.c.d", " 1.2.3.4",
                              "1.2.3.4 ", "-1.2.3.4"})
        BOOST_TEST(
            failure("ip4_to_long", s(wrong)) == "ip4_to_long(): '" + std::string(wrong) +
                                                    "' is not of the form a.b.c.d or a.b.c.d/bits",
            wrong);
    BOOST_TEST(failure("long_to_ip4", n(-1)) == "long_to_ip4(): -1 is not within 0 and 4294967295");
    BOOST_TEST(failure("long_to_ip4", n(4294967296)) ==
               "long_to_ip4(): 4294967296 is not within 0 and 4294967295");
}

BOOST_AUTO_TEST_CASE(base64_breaks_lines_at_76_even_at_the_end) {
    BOOST_TEST(call("base64_encode", s("")) == s(""));
    BOOST_TEST(call("base64_encode", s("a")) == s("YQ=="));
    BOOST_TEST(call("base64_encode", s("ab")) == s("YWI="));
    BOOST_TEST(call("base64_encode", s("abc")) == s("YWJj"));
    BOOST_TEST(call("base64_encode", s("\xc3\xbf\xc3\xbe?")) == s("w7/Dvj8="));
    std::string line = std::string(call("base64_encode", s(std::string(57, 'x'))).string());
    BOOST_TEST(line.size() == 77u);
    BOOST_TEST(line.ends_with('\n'));
    line = std::string(call("base64_encode", s(std::string(58, 'x'))).string());
    BOOST_TEST(line.substr(76) == "\neA==");
    line = std::string(call("base64_encode", s(std::string(56, 'x'))).string());
    BOOST_TEST(line.size() == 77u);
    BOOST_TEST(line.ends_with("=\n"));
}

BOOST_AUTO_TEST_CASE(base64_is_decoded_as_text) {
    BOOST_TEST(call("base64_decode", s("YWJj")) == s("abc"));
    BOOST_TEST(call("base64_decode", s(" Y\tW\r\nI = ")) == s("ab"));
    BOOST_TEST(call("base64_decode", s("YWJjYW")) == s("abc"));
    BOOST_TEST(call("base64_decode", s("YQ==YWJj")) == s("a"));
    BOOST_TEST(call("base64_decode", s("")) == s(""));
    BOOST_TEST(call("base64_decode", s("/w==")) == s("\xef\xbf\xbd"));
    BOOST_TEST(failure("base64_decode", s("YW-j")) == "base64_decode(): the text is not base64");
    BOOST_TEST(failure("base64_decode", s("\xc3\xa9")) != "");
    BOOST_TEST(failure("base64_decode", s("Y===")) != "");
    std::string long_text(1000, 'q');
    BOOST_TEST(call("base64_decode", call("base64_encode", s(long_text))) == s(long_text));
}
