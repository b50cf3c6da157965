// Java's regular expressions on another engine, and the built-ins that use them.
#include "t/tap.hh"

#include "t/compiler/builtin.hh"

#include "compiler/text/utf16.hh"
#include "compiler/values/regex.hh"

/// Every match of a pattern, in brackets: "ab" in "abcab" is [ab][ab].
static std::string found(std::string_view pattern, std::string_view text,
                         std::string_view flags = "") {
    std::string out;
    Regex::get("t", pattern, regex_flags("t", flags))->each("t", text, [&](const RegexMatch& m) {
        out += '[' + std::string(m.text(0)) + ']';
        return true;
    });
    return out;
}

static std::string error(std::string_view pattern, std::string_view text = "") {
    try {
        found(pattern, text);
    } catch (const EvalFailure& e) {
        return e.message;
    }
    return "";
}

BOOST_AUTO_TEST_CASE(matching_searches_and_does_not_anchor) {
    BOOST_TEST(call("match", s("a\nb"), s("^b$")) == b(false));
    BOOST_TEST(call("match", s("a\nb"), s("^b$"), s("m")) == b(true));
    BOOST_TEST(call("match", s("node001"), s("\\d+")) == b(true));
    BOOST_TEST(call("match", s("ABC"), s("b")) == b(false));
    BOOST_TEST(call("match", s("ABC"), s("b"), s("i")) == b(true));
    BOOST_TEST(call("match", s("a\nb"), s("a.b")) == b(false));
    BOOST_TEST(call("match", s("a\nb"), s("a.b"), s("s")) == b(true));
    BOOST_TEST(call("match", s("ab"), s("a b # both"), s("x")) == b(true));
    BOOST_TEST(call("match", s(""), s("")) == b(true));
    BOOST_TEST(failure("match", s("a"), s("a"), s("iq")) ==
               "match(): unknown flag in 'iq'; there are i, m, s, u and x");
    BOOST_TEST(failure("match", s("a"), n(1)) ==
               "match(): argument 2 must be a string, not a long");
    BOOST_TEST(failure("match", s("a"), s("(a")) ==
               "match(): invalid regular expression '(a': the group is not closed by ')'; write "
               "\\( for the character (position 0)");
}

BOOST_AUTO_TEST_CASE(matches_drops_the_groups_behind_the_last_that_took_part) {
    BOOST_TEST(call("matches", s("abc"), s("(x)?(b)(z)?")) == l({s("b"), s(""), s("b")}));
    BOOST_TEST(call("matches", s("abc"), s("z")) == l({}));
    BOOST_TEST(call("matches", s("lxb001.site"), s("^([a-z]+)(\\d+)")) ==
               l({s("lxb001"), s("lxb"), s("001")}));
    BOOST_TEST(call("matches", s("a"), s("a()")) == l({s("a"), s("")}));
    BOOST_TEST(call("matches", s("x"), s("x(y)?")) == l({s("x")}));
}

BOOST_AUTO_TEST_CASE(split_treats_empty_pieces_as_the_limit_says) {
    BOOST_TEST(call("split", s(","), s(",a,,b,,")) == l({s(""), s("a"), s(""), s("b")}));
    BOOST_TEST(call("split", s(","), n(-1), s(",a,,b,,")) ==
               l({s(""), s("a"), s(""), s("b"), s(""), s("")}));
    BOOST_TEST(call("split", s(","), n(2), s("a,b,c")) == l({s("a"), s("b,c")}));
    BOOST_TEST(call("split", s(","), n(1), s("a,b,c")) == l({s("a,b,c")}));
    BOOST_TEST(call("split", s(","), n(9), s("a,b,")) == l({s("a"), s("b"), s("")}));
    BOOST_TEST(call("split", s(""), s("abc")) == l({s("a"), s("b"), s("c")}));
    BOOST_TEST(call("split", s(","), s("")) == l({s("")}));
    BOOST_TEST(call("split", s(","), s(",,")) == l({}));
    BOOST_TEST(call("split", s("x"), s("abc")) == l({s("abc")}));
    BOOST_TEST(call("split", s("\\s*;\\s*"), s("a ; b;c")) == l({s("a"), s("b"), s("c")}));
    BOOST_TEST(call("split", s(""), n(2), s("abc")) == l({s("a"), s("bc")}));
    BOOST_TEST(failure("split", s(","), s("a"), s("b")) ==
               "split(): argument 2 must be a long, not a string");
    BOOST_TEST(failure("split", s("*"), s("a")) ==
               "split(): invalid regular expression '*': nothing stands before '*' to repeat "
               "(position 0)");
}

BOOST_AUTO_TEST_CASE(replace_knows_groups_by_number_and_name) {
    BOOST_TEST(call("replace", s("(\\w)(\\d)"), s("$2$1"), s("a1b2")) == s("1a2b"));
    BOOST_TEST(call("replace", s("(?<host>\\w+)\\.site"), s("${host}.org"), s("a.site b.site")) ==
               s("a.org b.org"));
    BOOST_TEST(call("replace", s("a"), s("\\$1\\\\"), s("bab")) == s("b$1\\b"));
    BOOST_TEST(call("replace", s("(a)"), s("$12"), s("bab")) == s("ba2b"));
    BOOST_TEST(call("replace", s("(a)(x)?"), s("<$2>"), s("a")) == s("<>"));
    BOOST_TEST(call("replace", s("x*"), s("-"), s("abxc")) == s("-a-b--c-"));
    BOOST_TEST(call("replace", s("z"), s("$9"), s("abc")) == s("abc"));
    BOOST_TEST(call("replace", s("\\."), s(""), s("a.b.c")) == s("abc"));
    BOOST_TEST(failure("replace", s("(a)"), s("$2"), s("bab")) ==
               "replace(): in the replacement '$2' there is no group 2; the expression has 1");
    BOOST_TEST(failure("replace", s("a"), s("x\\"), s("a")) ==
               "replace(): in the replacement 'x\\' nothing follows the last \\");
    BOOST_TEST(
        failure("replace", s("a"), s("$x"), s("a")) ==
        "replace(): in the replacement '$x' $ is not followed by a group's number or {name}");
    BOOST_TEST(failure("replace", s("a"), s("${n}"), s("a")) ==
               "replace(): in the replacement '${n}' there is no group named 'n'");
    BOOST_TEST(failure("replace", s("a"), s("${n"), s("a")) ==
               "replace(): in the replacement '${n' ${ is not closed");
}

BOOST_AUTO_TEST_CASE(line_ends_are_those_of_java) {
    BOOST_TEST(found(".+",
                     "a\nb\rc\xc2\x85"
                     "d\xe2\x80\xa8"
                     "e\x0b"
                     "f") ==
               "[a][b][c][d][e\x0b"
               "f]");
    BOOST_TEST(found("b$", "b\n") == "[b]");
    BOOST_TEST(found("b$", "b\r\n") == "[b]");
    BOOST_TEST(found("b$", "b\n\n") == "");
    BOOST_TEST(found("$", "a\r\n") == "[][]");
    BOOST_TEST(found("^.", "a\r\nb\n", "m") == "[a][b]");
    BOOST_TEST(found("^", "a\n", "m") == "[]");
    BOOST_TEST(found(".$", "a\r\nb\xc2\x85", "m") == "[a][b]");
    BOOST_TEST(found("(?d).+", "a\rb\nc") == "[a\rb][c]");
    BOOST_TEST(found("\\R", "a\r\nb\n") == "[\r\n][\n]");
    BOOST_TEST(found("\\Z", "a\n") == "[][]");
    BOOST_TEST(found("\\z", "a\n") == "[]");
}

BOOST_AUTO_TEST_CASE(classes_can_be_united_intersected_and_negated) {
    BOOST_TEST(found("[a-z&&[^aeiou]]+", "quattor") == "[q][tt][r]");
    BOOST_TEST(found("[a-c[x-z]]+", "abcdxyz") == "[abc][xyz]");
    BOOST_TEST(found("[^a-z&&[^b]]+", "ab1") == "[b1]");
    BOOST_TEST(found("[&&a]|[b&&]|[cd&&&&de]", "abcde&") == "[a][b][d]");
    BOOST_TEST(found("[]a]+", "a]b") == "[a]]");
    BOOST_TEST(found("[^]]+", "a]b") == "[a][b]");
    BOOST_TEST(found("[a-]+", "a-b") == "[a-]");
    BOOST_TEST(found("[\\w&&\\D]+", "ab12_c") == "[ab][_c]");
    BOOST_TEST(found("[\\p{L}&&[^a]]+",
                     "b\xc3\xa9"
                     "a") == "[b\xc3\xa9]");
    BOOST_TEST(found("[^\\p{L}]", "a1") == "[1]");
    BOOST_TEST(found("[&a]+", "a&b") == "[a&]");
    BOOST_TEST(found("[.^$|?*]+", "a.*b") == "[.*]");
}

BOOST_AUTO_TEST_CASE(predefined_classes_are_ascii) {
    BOOST_TEST(found("\\w+", "na\xc3\xafve") == "[na][ve]");
    BOOST_TEST(found("\\d", "1\xd9\xa1") == "[1]");
    BOOST_TEST(found("\\s", " \xc2\xa0\x0b") == "[ ][\x0b]");
    BOOST_TEST(found("\\p{Alpha}+\\p{Punct}", "ab-\xc3\xa9-") == "[ab-]");
    BOOST_TEST(found("\\p{Upper}", "aB\xc3\x89") == "[B]");
    BOOST_TEST(found("\\p{Lu}", "aB\xc3\x89") == "[B][\xc3\x89]");
    BOOST_TEST(found("\\P{IsAlphabetic}",
                     "a\xc3\xa9"
                     "1") == "[1]");
    BOOST_TEST(found("\\pL", "1a") == "[a]");
    BOOST_TEST(found("\\p{IsGreek}", "a\xce\xb1") == "[\xce\xb1]");
    BOOST_TEST(found("(?U)\\w+", "na\xc3\xafve") == "[na\xc3\xafve]");
}

BOOST_AUTO_TEST_CASE(case_is_ignored_for_ascii_unless_u_is_given) {
    BOOST_TEST(found("\xc3\xa9", "\xc3\x89\xc3\xa9", "i") == "[\xc3\xa9]");
    BOOST_TEST(found("\xc3\xa9", "\xc3\x89\xc3\xa9", "iu") == "[\xc3\x89][\xc3\xa9]");
    BOOST_TEST(found("k", "kK\xe2\x84\xaa", "i") == "[k][K]");
    BOOST_TEST(found("[a-c]+", "aBCd", "i") == "[aBC]");
    BOOST_TEST(found("[^a]", "aAb", "i") == "[b]");
    BOOST_TEST(found("a(?i)b(?-i)c", "aBc aBC") == "[aBc]");
    BOOST_TEST(found("a(?)b(?:c)", "abc aBC") == "[abc]");
    BOOST_TEST(found("(a)\\1", "aA", "i") == "[aA]");
    BOOST_TEST(found("(?i:a)b", "Ab AB") == "[Ab]");
    BOOST_TEST(found("(?:(?i)a|b)c", "BC Bc Ac") == "[Bc][Ac]");
}

BOOST_AUTO_TEST_CASE(escapes_quotes_comments_and_groups) {
    BOOST_TEST(found("\\Qa.b\\E+", "a.bb axb") == "[a.bb]");
    BOOST_TEST(found("\\Q[x]", "[x]") == "[[x]]");
    BOOST_TEST(found("\\x41\\u0042\\0103\\x{44}\\t", "ABCD\t") == "[ABCD\t]");
    BOOST_TEST(found("\\uD83D\\uDE00", "\xf0\x9f\x98\x80") == "[\xf0\x9f\x98\x80]");
    BOOST_TEST(found("a b", "ab", "x") == "[ab]");
    BOOST_TEST(found("[a b]+\\ #c\n", "ab ", "x") == "[ab ]");
    BOOST_TEST(found("a++b", "aab") == "[aab]");
    BOOST_TEST(found("a*+a", "aaa") == "");
    BOOST_TEST(found("(?<x>a)\\k<x>", "aa") == "[aa]");
    BOOST_TEST(found("(a)(b)?\\2", "a") == "");
    BOOST_TEST(found("a\\1|b", "ab") == "[b]");
    BOOST_TEST(found("(?<=a)b(?!c)", "ab abc") == "[b]");
    BOOST_TEST(found("(?>a|ab)c", "abc") == "");
    BOOST_TEST(found("a{2,}", "a aa aaa") == "[aa][aaa]");
    BOOST_TEST(found("", "ab") == "[][][]");
    BOOST_TEST(found("}]", "}]") == "[}]]");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_pattern_is_said_in_plain_words) {
    auto wrong = [](std::string_view p) {
        std::string m = error(p);
        size_t at = m.find("': ");
        return at == m.npos ? m : m.substr(at + 3);
    };
    BOOST_TEST(wrong("a)") == "a ')' without '(' (position 1)");
    BOOST_TEST(wrong("(a") ==
               "the group is not closed by ')'; write \\( for the character (position 0)");
    BOOST_TEST(wrong("[a") == "the class is not closed by ']' (position 0)");
    BOOST_TEST(wrong("[]") == "the class is not closed by ']' (position 0)");
    BOOST_TEST(wrong("[b-a]") == "a range ends below its beginning (position 1)");
    BOOST_TEST(wrong("[a-\\d]") == "a range ends in a class of characters (position 3)");
    BOOST_TEST(wrong("[&&]") == "the class is not closed by ']' (position 0)");
    BOOST_TEST(wrong("a**") ==
               "a repetition of a repetition: put the inner one into (?:...) (position 2)");
    BOOST_TEST(
        wrong("a{") ==
        "'{' is not followed by a number of repetitions; write \\{ for the character (position 1)");
    BOOST_TEST(wrong("{2}") ==
               "'{' has nothing to repeat; write \\{ for the character (position 0)");
    BOOST_TEST(wrong("a{2,1}") == "the repetition ends below its beginning (position 1)");
    BOOST_TEST(wrong("a{2") == "the repetition is not closed by '}' (position 1)");
    BOOST_TEST(wrong("a{99999}") == "more than 65535 repetitions (position 1)");
    BOOST_TEST(wrong("\\") == "a single '\\' at the end (position 1)");
    BOOST_TEST(wrong("\\q") == "unknown escape \\q (position 0)");
    BOOST_TEST(wrong("\\x4") == "\\x is not followed by 2 hexadecimal digits (position 0)");
    BOOST_TEST(wrong("\\p{Foo}") == "there is no character property 'Foo' (position 0)");
    BOOST_TEST(wrong("\\p{InGreek}") ==
               "blocks of characters are not supported; write their range, as [\\u0370-\\u03ff] "
               "(position 0)");
    BOOST_TEST(wrong("(?q)") == "unknown flag 'q'; there are i m s d u x U (position 2)");
    BOOST_TEST(wrong("(?<a>x)(?<a>y)") == "two groups are named 'a' (position 7)");
    BOOST_TEST(wrong("\\k<a>") == "no group named 'a' comes before (position 0)");
    BOOST_TEST(wrong(std::string(300, '(')) == "groups are nested more than 200 deep");
    BOOST_TEST(wrong("(?<=a+)b").starts_with("lookbehind assertion is not fixed length"));
}

BOOST_AUTO_TEST_CASE(a_pattern_that_never_ends_is_given_up) {
    std::string text(40, 'a');
    text += '!';
    for (int i = 0; i < 6; i++)  // the first are interpreted, the later ones compiled
        BOOST_TEST(
            error("(a+)+$", text) ==
            "t(): the regular expression '(a+)+$' takes too long on a text of 41 characters");
    BOOST_TEST(found("(a++)+$", text) == "");
}

BOOST_AUTO_TEST_CASE(a_long_text_is_searched_whichever_way_the_pattern_is_run) {
    std::string text(200000, 'a');
    for (int i = 0; i < 6; i++) {
        BOOST_TEST(found("(?:a|b)*", text) == '[' + text + "][]");
        BOOST_TEST(call("length", call("split", s("a"), n(-1), s(text))) == n(200001));
    }
}

BOOST_AUTO_TEST_CASE(malformed_text_is_searched_as_replacement_characters) {
    BOOST_TEST(call("match",
                    s("a\xff"
                      "b"),
                    s("^a.b$")) == b(true));
    BOOST_TEST(call("split", s("b"),
                    s("\xffx"
                      "b\xfe")) == l({s("\xef\xbf\xbdx"), s("\xef\xbf\xbd")}));
    BOOST_TEST(call("replace", s("z"), s(""), s("\xff")) == s("\xff"));
}

BOOST_AUTO_TEST_CASE(many_patterns_do_not_fill_the_memory) {
    for (int i = 0; i < 5000; i++)
        BOOST_TEST(found("x" + std::to_string(i) + "[ab]", "x" + std::to_string(i) + "b") != "");
}
