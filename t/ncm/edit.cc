// What ncm-edit makes of a text, change by change.
#include "t/tap.hh"

#include "base/error.hh"
#include "ncm/edit.hh"

using namespace weft;

static std::string after(std::string text, std::vector<std::string> words) {
    for (const ncm::Edit& e : ncm::parse_edits(words))
        text = ncm::edited(text, e);
    return text;
}
static std::string refusal(std::vector<std::string> words) {
    try {
        after("x\n", std::move(words));
    } catch (const Error& e) {
        return e.message;
    }
    return "accepted";
}

BOOST_AUTO_TEST_CASE(a_key_s_line_is_put_in_place_of_the_one_there_is_of_a_commented_one_or_last) {
    BOOST_TEST(after("A=1\nB=2\n", {"set", "A", "9"}) == "A=9\nB=2\n");
    BOOST_TEST(after("#A=1\nB=2\n", {"set", "A", "9"}) == "A=9\nB=2\n");
    BOOST_TEST(after("B=2\n", {"set", "A", "x y"}) == "B=2\nA=x y\n");
    BOOST_TEST(after("Port 22\nPort 23\nOther x\n", {"key", "Port", "24"}) == "Port 24\nOther x\n");
    BOOST_TEST(after("A=1\nA 2\nB=2\n", {"unset", "A"}) == "B=2\n");
}
BOOST_AUTO_TEST_CASE(a_line_is_found_by_one_expression_and_judged_by_another) {
    BOOST_TEST(after("relay a\nrest\n", {"line", "^relay", "^relay b$", "relay b"}) ==
               "relay b\nrest\n");
    BOOST_TEST(after("relay b\nrest\n", {"line", "^relay", "^relay b$", "relay b"}) ==
               "relay b\nrest\n");
    BOOST_TEST(after("rest\n", {"line", "^relay", "^relay b$", "relay b"}) == "rest\nrelay b\n");
    BOOST_TEST(after("rest\n", {"replace", "^relay", "^relay b$", "relay b"}) == "rest\n");
    BOOST_TEST(after("old 1\nkeep\nold 2\n", {"remove", "^old", "2$"}) == "keep\nold 2\n");
    BOOST_TEST(after("old 1\nkeep\nold 2\n", {"remove", "^old"}) == "keep\n");
}
BOOST_AUTO_TEST_CASE(
    a_whole_line_is_added_once_first_or_last_also_to_a_text_without_a_last_line_end) {
    BOOST_TEST(after("a", {"append", "b"}) == "a\nb\n");
    BOOST_TEST(after("a\nb\n", {"append", "a"}) == "a\nb\n");
    BOOST_TEST(after("a\n", {"prepend", "b"}) == "b\na\n");
    BOOST_TEST(after("", {"append", "b"}) == "b\n");
}
BOOST_AUTO_TEST_CASE(several_changes_work_one_after_the_other) {
    BOOST_TEST(after("A=1\n", {"set", "A", "2", "+", "append", "end", "+", "remove", "^A=2"}) ==
               "end\n");
}
BOOST_AUTO_TEST_CASE(what_is_no_change_is_refused_with_a_guess) {
    BOOST_TEST(refusal({}) == "no change is named");
    BOOST_TEST(refusal({"sett", "A", "1"}) == "'sett' is no change of a file");
    BOOST_TEST(refusal({"set", "A"}) == "'set' takes 2 words, not 1");
    BOOST_TEST(refusal({"remove"}) == "'remove' takes 1 or 2 words, not 0");
    BOOST_TEST(refusal({"append", "a\nb"}) ==
               "'append' works on lines: a word of it holds a line end");
    BOOST_TEST(refusal({"remove", "("}) != "accepted");
}
BOOST_AUTO_TEST_CASE(an_edit_done_twice_changes_nothing_the_second_time) {
    for (std::vector<std::string> words : {std::vector<std::string>{"set", "A", "1"},
                                           {"key", "A", "1"},
                                           {"line", "^a", "^a b$", "a b"},
                                           {"append", "z"},
                                           {"prepend", "z"},
                                           {"unset", "A"}}) {
        std::string once = after("x\na\nA=7\n", words);
        BOOST_TEST(after(once, words) == once);
    }
}
