// Targets: what is read is what is written, as text and as JSON; what cannot be meant is refused
// with its place.
#include "t/tap.hh"

#include "spm/plugin.hh"
#include "spm/target.hh"

using namespace weft;
using namespace weft::spm;

namespace {

std::string complaint(const std::string& text) {
    try {
        parse_target(text, "t");
    } catch (const Error& e) {
        BOOST_CHECK_EQUAL(e.status, exit_data);
        return e.text();
    }
    return "";
}

const char* all_flags =
    "http://r.example.org/el9 ntp 1:4.2 1.el9 x86_64 ISMANDATORY\n- game-* * * * ISUNWANTED\n- "
    "base-files 12 - amd64\n"
    "- nvidia * * * LOCKED\n/nfs/rpms perl 5 1 noarch HELD\n- tool 4.* * x86_64 IFPRESENT\n";

}  // namespace

// REQ-H-1: the historic format, unchanged, and JSON.
BOOST_AUTO_TEST_CASE(a_target_is_written_as_it_was_read) {
    BOOST_CHECK_EQUAL(target_text(parse_target(all_flags, "t")), all_flags);
    BOOST_CHECK_EQUAL(
        target_text(parse_target("\n# nothing\n  -\tntp 1  1 noarch # but this\r\n", "t")),
        "- ntp 1 1 noarch\n");
    BOOST_CHECK(parse_target("", "t").empty());
}

BOOST_AUTO_TEST_CASE(json_says_the_same) {
    Target t = parse_target(all_flags, "t");
    BOOST_CHECK(parse_target(target_json(t), "t") == t);
    BOOST_CHECK_EQUAL(target_text(parse_target(R"( {"packages": [{"name": "ntp"}]})", "t")),
                      "- ntp * * *\n");
    BOOST_CHECK(parse_target(R"({"packages": []})", "t").empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_meant_is_refused_with_its_place) {
    BOOST_CHECK_EQUAL(
        complaint("- ntp 1 1 noarch\n- ntp 1\n"),
        "t:2:8: error: a target line needs five fields, the release is missing\n    2 | - ntp 1\n  "
        "    |        ^\n"
        "hint: URL name version release architecture [flags]; '-' as URL for any repository\n");
    BOOST_CHECK_EQUAL(complaint("- ntp 1 1 noarch UNWANTED\n"),
                      "t:1:18: error: unknown flag 'UNWANTED'\n    1 | - ntp 1 1 noarch UNWANTED\n "
                      "     |                  ^~~~~~~~\nhint: did you mean 'ISUNWANTED'?\n");
    BOOST_CHECK_EQUAL(complaint("- ntp* 1 1 noarch\n"),
                      "t:1:3: error: 'ntp*' is a pattern: it does not say what to install\n    1 | "
                      "- ntp* 1 1 noarch\n      |   ^~~~\n"
                      "hint: wildcards in a name go with ISUNWANTED, LOCKED, HELD or IFPRESENT\n");
    BOOST_CHECK_EQUAL(complaint("- ntp 1 1 noarch LOCKED HELD\n").substr(0, 60),
                      "t:1:18: error: the flags of 'ntp' contradict each other\n    ");
    BOOST_CHECK_EQUAL(complaint("- ntp 1 1 noarch ISUNWANTED\n- ntp 1 1 noarch\n"),
                      "t:2:3: error: 'ntp-1-1.noarch' is wanted here and unwanted elsewhere\n    2 "
                      "| - ntp 1 1 noarch\n      |   ^~~\nhint: line 1 has it with ISUNWANTED\n");
    BOOST_CHECK_EQUAL(complaint(R"({"packages": [{"name": "a"}, {"name": "b", "ver": "1"}]})"),
                      "t: error: /packages/1: unknown key 'ver'\nhint: keys are url name version "
                      "release arch flags\n");
    BOOST_CHECK_EQUAL(complaint(R"({"packages": [{"name": "a b"}]})"),
                      "t: error: /packages/0: 'name' holds a blank\n");
    BOOST_CHECK_EQUAL(complaint(R"({"packages": {}})"),
                      "t: error: a target in JSON is an object with a list 'packages'\n");
    BOOST_CHECK_NE(complaint("{\"packages\": ["), "");
}

BOOST_AUTO_TEST_CASE(operations_and_lists_go_through_a_file_unchanged) {
    std::vector<Operation> ops = {{Action::replace,
                                   {"a", "2", "1", "x"},
                                   {{"a", "1", "1", "x"}, {"a", "0:1", "2", "x"}},
                                   "",
                                   "",
                                   0,
                                   "/c/a.rpm"},
                                  {Action::install, {"b", "1", "", "all"}, {}, "", "", 0, ""},
                                  {Action::erase, {"c", "3:1", "1", "y"}, {}, "", "", 0, ""}};
    std::string text =
        "replace a 2 1 x /c/a.rpm a 1 1 x a 0:1 2 x\ninstall b 1 - all -\nerase c 3:1 1 y\n";
    BOOST_CHECK_EQUAL(operations_text(ops), text);
    BOOST_CHECK(parse_operations(text, "f") == ops);
    for (const char* bad : {"erase a 1 1\n", "install a 1 1 x\n", "replace a 1 1 x /f\n",
                            "remove a 1 1 x\n", "replace a 1 1 x /f a 1 1\n"})
        BOOST_CHECK_THROW(parse_operations(bad, "f"), Error);
    auto list = parse_installed("a 1 1 x\nb 2 - all essential broken\n", "f");
    BOOST_CHECK(list.size() == 2 && list[1].essential && list[1].broken &&
                list[1].package.release.empty());
    BOOST_CHECK_EQUAL(installed_text(list), "a 1 1 x\nb 2 - all essential broken\n");
    BOOST_CHECK_THROW(parse_installed("a 1 1 x new\n", "f"), Error);
    BOOST_CHECK_THROW(parse_packages("a 1 1\n", "f"), Error);
}
