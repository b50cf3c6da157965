// Messages are behaviour: their whole text is asserted.
#include "t/tap.hh"

#include <cerrno>

#include "base/error.hh"

using namespace weft;

BOOST_AUTO_TEST_CASE(a_message_about_input_shows_the_line_a_caret_and_a_hint) {
    Error e(exit_data, "unknown function 'to_lower'", {"profiles/node01.tpl", 12, 14, 12, 21},
            "did you mean 'to_lowercase'?");
    e.line = "\"/hw/name\" = to_lower(HOST);";
    e.trace.push_back({{"site/base.tpl", 3, 1}, "included from"});
    BOOST_TEST(e.text("panc") ==
               "profiles/node01.tpl:12:14: error: unknown function 'to_lower'\n"
               "   12 | \"/hw/name\" = to_lower(HOST);\n"
               "      |              ^~~~~~~~\n"
               "hint: did you mean 'to_lowercase'?\n"
               "  included from site/base.tpl:3:1\n");
}

BOOST_AUTO_TEST_CASE(a_message_without_a_position_is_led_by_the_program) {
    errno = ENOENT;
    BOOST_TEST(system_error("cannot open 'x.xml'").text("ccm") ==
               "ccm: error: cannot open 'x.xml': No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(what_a_catcher_knows_is_added_below) {
    try {
        try {
            throw Error(exit_data, "bad number");
        } catch (Error& e) {
            throw std::move(e).while_doing("while reading node01's profile");
        }
    } catch (const Error& e) {
        BOOST_TEST(e.text("ccm") == "ccm: error: bad number\n  while reading node01's profile\n");
        BOOST_TEST(e.status == 65);
    }
}

BOOST_AUTO_TEST_CASE(a_caret_stays_inside_the_line_and_tabs_count_as_one_column) {
    Error e(exit_data, "x", {"a.pan", 1, 3, 9, 1});
    e.line = "\tab";
    BOOST_TEST(e.text() == "a.pan:1:3: error: x\n    1 |  ab\n      |   ^\n");
    e.where.col = 5000;
    BOOST_TEST(e.text() == "a.pan:1:5000: error: x\n    1 |  ab\n");
}

BOOST_AUTO_TEST_CASE(a_hint_names_what_was_probably_meant) {
    std::vector<std::string_view> names{"to_lowercase", "to_uppercase", "length", "list"};
    BOOST_TEST(nearest("lenght", names) == "length");
    BOOST_TEST(nearest("to_lower", names) == "to_lowercase");
    BOOST_TEST(nearest("lits", names) == "list");
    BOOST_TEST(nearest("frobnicate", names) == "");
    BOOST_TEST(nearest("x", names) == "");
}

BOOST_AUTO_TEST_CASE(a_line_is_found_by_its_number) {
    BOOST_TEST(line_of("a\r\nb\nc", 1) == "a");
    BOOST_TEST(line_of("a\nb\nc", 3) == "c");
    BOOST_TEST(line_of("a\nb\nc", 4) == "");
}
