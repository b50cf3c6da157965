// json_decode, which is lenient, and json_encode, which is not.
#include "t/tap.hh"

#include <cmath>

#include "t/compiler/builtin.hh"

static Element decode(std::string_view text) { return call("json_decode", s(text)); }
static std::string wrong(std::string_view text) { return failure("json_decode", s(text)); }

BOOST_AUTO_TEST_CASE(json_becomes_a_tree) {
    BOOST_TEST(
        decode(R"({"a": [1, -2, 3.5, 1.0E10, true, false, "x"], "b": {}})") ==
        m({{"a", l({n(1), n(-2), d(3.5), d(1e10), b(true), b(false), s("x")})}, {"b", m({})}}));
    BOOST_TEST(decode("[]") == l({}));
    BOOST_TEST(decode(" 7 ") == n(7));
    BOOST_TEST(decode("\"a\"") == s("a"));
    BOOST_TEST(decode("1.5e3") == d(1500));
    BOOST_TEST(decode("-0") == n(0));
    BOOST_TEST(decode("9223372036854775807") == n(INT64_MAX));
    BOOST_TEST(decode("-9223372036854775808") == n(INT64_MIN));
    BOOST_TEST(decode("[[[]],{\"a\":{\"b\":[]}}]") ==
               l({l({l({})}), m({{"a", m({{"b", l({})}})}})}));
}

BOOST_AUTO_TEST_CASE(strings_have_all_escapes) {
    BOOST_TEST(decode(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00")") ==
               s("\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80"));
    BOOST_TEST(decode(R"("\ud83dx\ude00")") == s("\xef\xbf\xbdx\xef\xbf\xbd"));
    BOOST_TEST(decode("\"a\nb\\\nc\"") == s("a\nb\nc"));
    BOOST_TEST(decode("'it\\'s \"x\"'") == s("it's \"x\""));
    BOOST_TEST(wrong("\"\\u12\"") ==
               "invalid JSON value '\"\\u12\"': \\u is not followed by four hexadecimal digits at "
               "line 1 column 4 path $");
    BOOST_TEST(wrong("\"\\q\"") ==
               "invalid JSON value '\"\\q\"': Invalid escape sequence at line 1 column 3 path $");
}

BOOST_AUTO_TEST_CASE(null_is_dropped_from_objects_and_kept_in_arrays) {
    BOOST_TEST(decode("{\"a\": null}") == m({}));
    BOOST_TEST(decode("[null]") == l({null}));
    BOOST_TEST(decode("[1,,2]") == l({n(1), null, n(2)}));
    BOOST_TEST(decode("[,]") == l({null, null}));
    BOOST_TEST(decode("[1,]") == l({n(1), null}));
    BOOST_TEST(decode("{\"a\": 1, \"a\": null}") == m({}));
    BOOST_TEST(decode("null") == null);
}

BOOST_AUTO_TEST_CASE(a_text_without_a_value_is_null) {
    BOOST_TEST(decode("") == null);
    BOOST_TEST(decode(" \n") == null);
    BOOST_TEST(decode("# nothing") == null);
}

BOOST_AUTO_TEST_CASE(the_reader_is_lenient) {
    BOOST_TEST(decode("{a: word, 'b' = \"x\"; c => 1}") ==
               m({{"a", s("word")}, {"b", s("x")}, {"c", n(1)}}));
    BOOST_TEST(decode("[01, abc, 1., -, 12x, .5]") ==
               l({s("01"), s("abc"), s("1."), s("-"), s("12x"), s(".5")}));
    BOOST_TEST(decode("[TRUE, False, nulL]") == l({b(true), b(false), null}));
    BOOST_TEST(decode("/* a */ [1; // b\n 2 # c\n]") == l({n(1), n(2)}));
    BOOST_TEST(decode("[1 # end\r, 2]") == l({n(1), n(2)}));
}

BOOST_AUTO_TEST_CASE(names_are_terms_of_paths) {
    BOOST_TEST(decode("{\"{a/b}\": 1}") == m({{"a_2fb", n(1)}}));
    BOOST_TEST(wrong("{\"0\": 1}") == "JSON path '$.0' is not a valid PAN path");
    BOOST_TEST(wrong("{\"a\": {\"0\": 1}}") == "JSON path '$.a.0' is not a valid PAN path");
    BOOST_TEST(wrong("{\"l\": [1, {\"a/b\": 1}]}") ==
               "JSON path '$.l[1].a/b' is not a valid PAN path");
    BOOST_TEST(wrong("{\"\": 1}") == "JSON path '$.' is not a valid PAN path");
}

BOOST_AUTO_TEST_CASE(a_later_name_replaces_the_earlier_if_the_type_is_the_same) {
    BOOST_TEST(decode("{\"a\": 1, \"a\": 2}") == m({{"a", n(2)}}));
    BOOST_TEST(wrong("{\"a\": 1, \"a\": \"x\"}") ==
               "JSON path '$.a' is given twice, and a long cannot be replaced by a string");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused_with_its_place) {
    BOOST_TEST(wrong("{,}") == "invalid JSON value '{,}': Expected name at line 1 column 2 path $");
    BOOST_TEST(wrong("{\"a\": 1,}") ==
               "invalid JSON value '{\"a\": 1,}': Expected name at line 1 column 9 path $");
    BOOST_TEST(wrong("{[1]: 2}") ==
               "invalid JSON value '{[1]: 2}': Expected name at line 1 column 2 path $");
    BOOST_TEST(wrong("{\"a\": {\n \"b\":") ==
               "invalid JSON value '{\"a\": {\n \"b\":': End of input at line 2 column 6 path $.a");
    BOOST_TEST(wrong("[1, 2") ==
               "invalid JSON value '[1, 2': End of input at line 1 column 6 path $[2]");
    BOOST_TEST(wrong("[1 2]") ==
               "invalid JSON value '[1 2]': Unterminated array at line 1 column 4 path $[1]");
    BOOST_TEST(wrong("{\"a\": 1 \"b\": 2}") ==
               "invalid JSON value '{\"a\": 1 \"b\": 2}': Unterminated object at line 1 column 9 "
               "path $.a");
    BOOST_TEST(wrong("{\"a\" 1}") ==
               "invalid JSON value '{\"a\" 1}': Expected ':' behind the name 'a' at line 1 column "
               "2 path $");
    BOOST_TEST(wrong("{\"a\": }") ==
               "invalid JSON value '{\"a\": }': Expected value at line 1 column 7 path $.a");
    BOOST_TEST(wrong("]") == "invalid JSON value ']': Expected value at line 1 column 1 path $");
    BOOST_TEST(wrong("\"abc") ==
               "invalid JSON value '\"abc': Unterminated string at line 1 column 1 path $");
    BOOST_TEST(wrong("\"abc\\") ==
               "invalid JSON value '\"abc\\': Unterminated string at line 1 column 1 path $");
    BOOST_TEST(wrong("/* x") ==
               "invalid JSON value '/* x': Unterminated comment at line 1 column 1 path $");
    BOOST_TEST(
        wrong("1 2") ==
        "invalid JSON value '1 2': there is text behind the value at line 1 column 3 path $");
    BOOST_TEST(
        wrong("{} x") ==
        "invalid JSON value '{} x': there is text behind the value at line 1 column 4 path $");
    BOOST_TEST(wrong("1e5") ==
               "invalid JSON value '1e5': '1e5' has an exponent but no point, and is no long at "
               "line 1 column 1 path $");
    BOOST_TEST(wrong("9223372036854775808") ==
               "invalid JSON value '9223372036854775808': '9223372036854775808' does not fit into "
               "64 bits at line 1 column 1 path $");
    BOOST_TEST(failure("json_decode", n(1)) ==
               "json_decode(): argument 1 must be a string, not a long");
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_brackets_meet_a_limit) {
    BOOST_TEST(
        wrong(std::string(100000, '[')).find("more than 2000 levels at line 1 column 2001") !=
        std::string::npos);
    std::string deep = std::string(2000, '[') + std::string(2000, ']');
    BOOST_TEST(call("json_decode", s(deep)).size() == 1u);
    std::string objects;
    for (int i = 0; i < 100000; i++)
        objects += "{a:";
    BOOST_TEST(wrong(objects).find("more than 2000 levels") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_shown_in_part) {
    BOOST_TEST(wrong("[" + std::string(1000, 'x')) ==
               "invalid JSON value '[" + std::string(199, 'x') +
                   "...': End of input at line 1 column 1002 path $[1]");
}

BOOST_AUTO_TEST_CASE(encoding_indents_and_escapes_as_profiles_do) {
    BOOST_TEST(call("json_encode", m({{"b", l({n(1), s("x")})}, {"a", m({})}, {"c", l({})}})) ==
               s("{\n  \"a\": {},\n  \"b\": [\n    1,\n    \"x\"\n  ],\n  \"c\": []\n}"));
    BOOST_TEST(call("json_encode", s("<&>='\"\\\t\x01/\xc3\xa9\xe2\x80\xa8")) ==
               s("\"\\u003c\\u0026\\u003e\\u003d\\u0027\\\"\\\\\\t\\u0001/\xc3\xa9\\u2028\""));
    BOOST_TEST(call("json_encode", d(1e10)) == s("1.0E10"));
    BOOST_TEST(call("json_encode", d(-INFINITY)) == s("-Infinity"));
    BOOST_TEST(call("json_encode", b(true)) == s("true"));
    BOOST_TEST(call("json_encode", null) == s("null"));
    BOOST_TEST(call("json_encode", l({null})) == s("[\n  null\n]"));
    BOOST_TEST(call("json_encode", m({{"a", null}})) == s("{}"));
}

BOOST_AUTO_TEST_CASE(undef_has_no_json) {
    BOOST_TEST(failure("json_encode", undef) == "undef cannot be converted to JSON");
    BOOST_TEST(failure("json_encode", m({{"a", l({undef})}})) ==
               "undef cannot be converted to JSON");
}

BOOST_AUTO_TEST_CASE(what_was_encoded_is_decoded_to_the_same) {
    Element tree = m({{"a", l({n(1), d(0.1), s("\"<x>\"\n"), m({})})},
                      {"b", b(false)},
                      {"c", s("")},
                      {"d", d(1e-7)}});
    BOOST_TEST(call("json_decode", call("json_encode", tree)) == tree);
}
