// gzip: members in a row, and what each of them costs.
#include "base/wrap/gzip.hh"

#include "base/error.hh"
#include "t/tap.hh"

#include <ctime>

using namespace weft;

static bool refused(const std::string& bytes, size_t limit, const std::string& message) {
    try {
        gunzip(bytes, limit);
    } catch (const Error& e) {
        return e.message == message;
    }
    return false;
}

BOOST_AUTO_TEST_CASE(members_come_out_one_after_the_other) {
    std::string text(300000, 'x');
    BOOST_TEST((gunzip(gzip("one") + gzip("") + gzip(text) + gzip("two")) == "one" + text + "two"));
}

BOOST_AUTO_TEST_CASE(the_limit_is_of_all_members_together) {
    std::string bytes = gzip(std::string(600, 'a')) + gzip(std::string(400, 'b'));
    BOOST_TEST(gunzip(bytes, 1000).size() == 1000u);
    BOOST_TEST(refused(bytes, 999, "the unpacked data has more than 999 bytes"));
}

BOOST_AUTO_TEST_CASE(damage_and_a_tail_that_is_no_member_are_told) {
    std::string good = gzip("text");
    BOOST_TEST(refused(good.substr(0, good.size() - 1), 1000, "not gzip, or damaged"));
    BOOST_TEST(refused(good + "junk", 1000, "not gzip, or damaged"));
    BOOST_TEST(refused("", 1000, "not gzip: the data is empty"));
}

// It was the square of their number: 27 s.
BOOST_AUTO_TEST_CASE(a_hundred_thousand_empty_members_take_no_time) {
    std::string bytes, empty = gzip("");
    for (int i = 0; i < 100000; i++)
        bytes += empty;
    clock_t begin = std::clock();
    BOOST_TEST(gunzip(bytes) == "");
    BOOST_TEST(double(std::clock() - begin) / CLOCKS_PER_SEC < 2);
}
