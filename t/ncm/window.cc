// Maintenance windows: which moments are inside, and when the next one begins.
#include "t/tap.hh"

#include <cstdlib>
#include <ctime>

#include "base/error.hh"
#include "ncm/window.hh"

using namespace weft;
using namespace weft::ncm;

static time_t at(const char* text) {
    setenv("TZ", "UTC", 1);
    tzset();
    struct tm t {};
    strptime(text, "%Y-%m-%d %H:%M", &t);
    return timegm(&t);
}
static bool in(const char* windows, const char* when) {
    time_t t = at(when);
    return inside(parse_windows(windows), t);
}

BOOST_AUTO_TEST_CASE(without_windows_it_is_always_time) { BOOST_TEST(in("", "2026-11-22 12:00")); }
BOOST_AUTO_TEST_CASE(a_window_of_every_day_has_its_first_minute_and_not_its_last) {
    BOOST_TEST(in("02:00-05:00", "2026-11-22 02:00"));
    BOOST_TEST(in("02:00-05:00", "2026-11-23 04:59"));
    BOOST_TEST(!in("02:00-05:00", "2026-11-22 05:00"));
    BOOST_TEST(!in("02:00-05:00", "2026-11-22 01:59"));
}
BOOST_AUTO_TEST_CASE(a_window_of_some_days_is_on_these_only) {
    BOOST_TEST(in("Sun 02:00-05:00", "2026-11-22 03:00"));
    BOOST_TEST(!in("Sun 02:00-05:00", "2026-11-23 03:00"));
    BOOST_TEST(in("Mon-Wed 02:00-05:00, Sun 10:00-11:00", "2026-11-25 03:00"));
    BOOST_TEST(in("Mon-Wed 02:00-05:00, Sun 10:00-11:00", "2026-11-22 10:30"));
    BOOST_TEST(in("Sat-Mon 02:00-05:00", "2026-11-22 03:00"));
}
BOOST_AUTO_TEST_CASE(a_window_over_midnight_belongs_to_the_day_it_begins_on) {
    BOOST_TEST(in("Sat 22:00-04:00", "2026-11-21 23:00"));
    BOOST_TEST(in("Sat 22:00-04:00", "2026-11-22 03:59"));
    BOOST_TEST(!in("Sat 22:00-04:00", "2026-11-22 22:30"));
    BOOST_TEST(!in("Sat 22:00-04:00", "2026-11-21 03:00"));
    BOOST_TEST(in("22:00-24:00", "2026-11-21 23:59"));
}
BOOST_AUTO_TEST_CASE(the_next_one_is_found) {
    time_t t = at("2026-11-22 05:00");
    BOOST_TEST(next_window(parse_windows("Sun 02:00-05:00"), t) == at("2026-11-29 02:00"));
    BOOST_TEST(next_window(parse_windows("12:00-13:00"), t) == at("2026-11-22 12:00"));
}
BOOST_AUTO_TEST_CASE(what_is_no_window_is_refused) {
    for (const char* bad : {"2:00-05:00", "02:00", "25:00-26:00", "Son 02:00-03:00", "02:00-02:00",
                            "Sun Mon 02:00-03:00", "02:61-03:00", "24:00-03:00", "Sun"})
        BOOST_CHECK_THROW(parse_windows(bad), Error);
}
