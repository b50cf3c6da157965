// The lexer: what is a token, where it stands, and what heredocs and annotations do to their
// surroundings.
#include "t/tap.hh"

#include "compiler/text/lex.hh"
using namespace weft::compiler;

static std::vector<Token> all(std::string_view text) {
    Lexer lexer(text, "test.pan");
    std::vector<Token> out;
    do
        out.push_back(lexer.next());
    while (out.back().type != T::end);
    return out;
}
static std::string failure(std::string_view text) {
    try {
        all(text);
    } catch (const TemplateError& e) {
        return std::to_string(e.where.line) + ":" + std::to_string(e.where.col) + " " + e.message;
    }
    return "none";
}

BOOST_AUTO_TEST_CASE(after_template_anything_is_a_name) {
    auto t = all("unique template if/else-1.x+y;");
    BOOST_REQUIRE_EQUAL(t.size(), 5u);
    BOOST_TEST(int(t[0].word) == int(Word::unique));
    BOOST_TEST(int(t[2].type) == int(T::name));
    BOOST_TEST(t[2].text == "if/else-1.x+y");
}

BOOST_AUTO_TEST_CASE(two_points_between_numbers_are_a_range) {
    auto t = all("1..5 0x1F 017 1.5e3 2E-1");
    BOOST_TEST(int(t[1].type) == int(T::dots));
    BOOST_TEST(t[2].number == 5);
    BOOST_TEST(t[3].number == 31);
    BOOST_TEST(t[4].number == 15);
    BOOST_TEST(t[5].real == 1500.0);
    BOOST_TEST(t[6].real == 0.2);
}

BOOST_AUTO_TEST_CASE(columns_count_characters_not_bytes) {
    auto t = all("'\xC3\xA9\xE6\x97\xA5' x\n\ty");
    BOOST_TEST(t[0].span.end_col == 4u);
    BOOST_TEST(t[1].span.col == 6u);
    BOOST_TEST(t[2].span.line == 2u);
    BOOST_TEST(t[2].span.col == 2u);
}

BOOST_AUTO_TEST_CASE(heredocs_of_one_line_are_read_in_order_and_lines_go_on_behind_them) {
    auto t = all("f(<<A, <<B); # rest\none\nA\ntwo\r\nB\nx");
    BOOST_TEST(t[2].value == "one\n");
    BOOST_TEST(t[4].value == "two\r\n");
    BOOST_TEST(int(t[6].type) == int(T::semicolon));
    BOOST_TEST(t[7].text == "x");
    BOOST_TEST(t[7].span.line == 6u);
}

BOOST_AUTO_TEST_CASE(a_heredoc_begins_after_the_line_even_when_an_annotation_spans_lines) {
    auto t = all("<<A @{ more\nlines } ;\ntext\nA\n;");
    BOOST_TEST(t[0].value == "text\n");
    BOOST_TEST(int(t[1].type) == int(T::semicolon));
    BOOST_TEST(t[2].span.line == 5u);
}

BOOST_AUTO_TEST_CASE(an_annotation_has_entries_or_one_text) {
    std::string_view text = "@author{ name = 'it''s me'\n mail = a@b.c \n} @( just words )  x";
    Lexer lexer(text, "test.pan");
    Token t = lexer.next();
    BOOST_TEST(t.text == "x");
    BOOST_TEST(t.annotations == 2u);
    auto& a = lexer.annotations();
    BOOST_REQUIRE_EQUAL(a[0].entries.size(), 2u);
    BOOST_TEST(a[0].name == "author");
    BOOST_TEST(a[0].entries[0].second == "it's me");
    BOOST_TEST(a[0].entries[1].second == "a@b.c");
    BOOST_TEST(a[1].entries[0].first == "desc");
    BOOST_TEST(a[1].entries[0].second == " just words ");
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_told_with_its_place) {
    BOOST_TEST(failure("x\n  $") == "2:3 '$' has no meaning here");
    BOOST_TEST(failure("'abc\n'") == "1:1 the string has no closing quote on its line");
    BOOST_TEST(failure("<<A;\nno end") == "1:1 the text of '<<A' has no end");
    BOOST_TEST(failure("@{ no end") == "1:1 annotation without its closing '}'");
    BOOST_TEST(failure("@{ 1a = 2 }") == "1:1 '1a' is no valid key of an annotation");
    BOOST_TEST(failure("9223372036854775808") == "1:1 the number does not fit into 64 bits");
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_template_ends_or_fails) {
    std::string_view text =
        "object template x; @a{b = 'c'} '/p' = <<E + \"\\x41\\\n\" + 0x1f + 1.5e3; # "
        "c\ntext\nE\n'/q' ?= f(A[1]);";
    for (size_t n = 0; n <= text.size(); n++)
        failure(text.substr(0, n));
}
