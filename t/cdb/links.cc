// Symbolic links in a tree of files, as a folder and a git repository have them.
#include "t/tap.hh"

#include "base/error.hh"
#include "cdb/links.hh"
using namespace weft;
using namespace weft::cdb;

using Map = std::map<std::string, std::string>;

static std::string seen(Map files, const Map& links) {
    std::vector<std::string> left_out = follow_links(files, links);
    std::string s;
    for (auto& [path, id] : files)
        s += path + "=" + id + " ";
    for (auto& line : left_out)
        s += "[" + line + "]";
    return s;
}

BOOST_AUTO_TEST_CASE(a_linked_folder_is_there_under_both_names) {
    BOOST_TEST(seen({{"os/el9/base.pan", "1"}}, {{"os/el9.x", "el9"}}) ==
               "os/el9.x/base.pan=1 os/el9/base.pan=1 ");
    BOOST_TEST(seen({{"os/el9/base.pan", "1"}}, {{"el9", "./os//el9/"}}) ==
               "el9/base.pan=1 os/el9/base.pan=1 ");
    BOOST_TEST(seen({{"os/el9/base.pan", "1"}, {"os/el9.pan", "2"}}, {{"a/b", "../os/el9"}}) ==
               "a/b/base.pan=1 os/el9.pan=2 os/el9/base.pan=1 ");
}

BOOST_AUTO_TEST_CASE(a_linked_file_too) {
    BOOST_TEST(seen({{"a/x.pan", "1"}}, {{"b/y.pan", "../a/x.pan"}}) == "a/x.pan=1 b/y.pan=1 ");
}

BOOST_AUTO_TEST_CASE(links_lead_to_links_and_through_them) {
    BOOST_TEST(seen({{"a/x.pan", "1"}}, {{"b", "a"}, {"c", "b"}, {"d", "c/x.pan"}}) ==
               "a/x.pan=1 b/x.pan=1 c/x.pan=1 d=1 ");
    BOOST_TEST(seen({{"a/b/x.pan", "1"}, {"k/z.pan", "2"}}, {{"a/b/l", "../../k"}, {"q", "a"}}) ==
               "a/b/l/z.pan=2 a/b/x.pan=1 k/z.pan=2 q/b/l/z.pan=2 q/b/x.pan=1 ");
}

BOOST_AUTO_TEST_CASE(what_is_not_followed_is_told) {
    BOOST_TEST(seen({}, {{"l", "/etc/passwd"}, {"m", "../x"}, {"n", "nowhere"}}) ==
               "['l' is left out: a link that leads out of the tree]"
               "['m' is left out: a link that leads out of the tree]"
               "['n' is left out: a link that leads nowhere]");
    BOOST_TEST(seen({{"a/x", "1"}}, {{"a/l", "."}, {"p", "q"}, {"q", "p"}, {"r", "r"}}) ==
               "a/x=1 ['a/l' is left out: a link that leads to itself]"
               "['p' is left out: a link that leads to itself]"
               "['q' is left out: a link that leads to itself]"
               "['r' is left out: a link that leads to itself]");
}

BOOST_AUTO_TEST_CASE(links_that_multiply_end) {
    Map files{{"d0/f", "1"}}, links;
    for (int i = 1; i < 40; i++)
        for (const char* name : {"a", "b"})
            links["d" + std::to_string(i) + "/" + name] = "../d" + std::to_string(i - 1);
    BOOST_CHECK_THROW(follow_links(files, links), Error);
}
