// Settings files: every kind of value, and every mistake with its whole message.
#include "t/tap.hh"

#include "base/config.hh"
#include "base/file.hh"

using namespace weft;

static const std::vector<Setting> table = {
    {"listen", Setting::text, ":443", ""},    {"retries", Setting::number, "3", ""},
    {"anonymous", Setting::yes_no, "no", ""}, {"interval", Setting::seconds, "5m", ""},
    {"max_body", Setting::bytes, "1M", ""},   {"allow", Setting::words, "", ""},
    {"cert_file", Setting::path, "", ""},
};

static std::string complaint(std::string_view text) {
    try {
        Config::parse(text, "/etc/weft/cdbd.conf", table);
        return "none";
    } catch (const Error& e) {
        BOOST_TEST(e.status == exit_config);
        return e.text("cdbd");
    }
}

BOOST_AUTO_TEST_CASE(what_a_file_does_not_say_comes_from_the_table) {
    Config c = Config::parse("", "f", table);
    BOOST_TEST(c.get("listen") == ":443");
    BOOST_TEST(c.number("retries") == 3);
    BOOST_TEST(!c.yes("anonymous"));
    BOOST_TEST(c.seconds("interval") == 300);
    BOOST_TEST(c.bytes("max_body") == 1048576u);
    BOOST_TEST(c.words("allow").empty());
    BOOST_TEST(c.get("cert_file") == "");
    BOOST_TEST(!c.given("listen"));
}

BOOST_AUTO_TEST_CASE(values_are_read_by_their_kind) {
    Config c = Config::parse(
        "# site settings\n\nlisten=127.0.0.1:8443\r\n\tretries = -1 \nanonymous = on\n"
        "interval = 1.5h\nmax_body = 64K\nallow = lxb001  lxb002\nallow = a=b # c\ncert_file =\n",
        "f", table);
    BOOST_TEST(c.get("listen") == "127.0.0.1:8443");
    BOOST_TEST(c.number("retries") == -1);
    BOOST_TEST(c.yes("anonymous"));
    BOOST_TEST(c.seconds("interval") == 5400);
    BOOST_TEST(c.bytes("max_body") == 65536u);
    BOOST_TEST(c.words("allow") == (std::vector<std::string>{"lxb001", "lxb002", "a=b", "#", "c"}),
               boost::test_tools::per_element());
    BOOST_TEST(c.given("cert_file"));
    BOOST_TEST(c.get("cert_file") == "");
}

BOOST_AUTO_TEST_CASE(a_misspelt_key_is_pointed_at_with_the_nearest_name) {
    BOOST_TEST(complaint("listen = :1\n  intervall = 10\n") ==
               "/etc/weft/cdbd.conf:2:3: error: unknown key 'intervall'\n"
               "    2 |   intervall = 10\n"
               "      |   ^~~~~~~~~\n"
               "hint: did you mean 'interval'?\n");
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_pointed_at_with_what_is_wanted) {
    BOOST_TEST(complaint("interval = soon\n") ==
               "/etc/weft/cdbd.conf:1:12: error: 'interval' needs a time: 10, 0.5, 10s, 5m, 2h or "
               "1d, not 'soon'\n"
               "    1 | interval = soon\n"
               "      |            ^~~~\n");
    for (const char* wrong :
         {"retries = 1x", "retries = ", "retries = 99999999999999999999", "anonymous = maybe",
          "max_body = 1T", "max_body = -1", "interval = -1s", "interval = 1e400d", "interval = nan",
          "interval = m", "cert_file = host.pem", "= 1", "listen", "x = 1"})
        BOOST_TEST(complaint(wrong) != "none", wrong);
}

BOOST_AUTO_TEST_CASE(a_key_set_twice_is_an_error_that_names_the_first) {
    BOOST_TEST(complaint("retries = 1\nretries = 2\n") ==
               "/etc/weft/cdbd.conf:2:1: error: 'retries' is set twice\n"
               "    2 | retries = 2\n"
               "      | ^~~~~~~\n"
               "hint: first in line 1\n");
}

BOOST_AUTO_TEST_CASE(a_daemons_own_check_points_at_the_line_too) {
    Config c = Config::parse("\nlisten = nowhere # yet\n", "cdbd.conf", table);
    BOOST_TEST(c.error("listen", "'nowhere' has no address").text() ==
               "cdbd.conf:2:10: error: 'nowhere' has no address\n"
               "    2 | listen = nowhere # yet\n"
               "      |          ^~~~~~~~~~~~~\n");
    BOOST_TEST(c.error("allow", "'allow' is needed").text() ==
               "cdbd.conf: error: 'allow' is needed\n");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_an_error_unless_it_may_be_missing) {
    ScratchDir dir;
    std::string path = dir.path() + "/x.conf";
    BOOST_CHECK_EXCEPTION(Config::read(path, table), Error,
                          [](const Error& e) { return e.status == exit_config; });
    BOOST_TEST(Config::read(path, table, true).number("retries") == 3);
    write_file(path, "retries = 7\n");
    BOOST_TEST(Config::read(path, table).number("retries") == 7);
}
