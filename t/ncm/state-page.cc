// The examples on the page ncm-state(5) are what the programs read and write.
#include "t/tap.hh"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/actions.hh"
#include "ncm/dispatch.hh"
#include "ncm/saved.hh"

using namespace weft;
using namespace weft::ncm;

namespace {
/// The n-th literal block of the page.
std::string example(int n) {
    std::string page = read_file(std::string(std::getenv("WEFT_SRC")) + "/man/ncm-state.5");
    size_t at = 0, end = 0;
    for (int i = 0; i <= n; i++) {
        at = page.find(".Bd -literal\n", end);
        end = page.find(".Ed\n", at);
        BOOST_REQUIRE(end != std::string::npos);
    }
    at += std::string_view(".Bd -literal\n").size();
    return page.substr(at, end - at);
}
std::string without_blanks(std::string s) {
    std::erase_if(s, [](char c) { return c == ' ' || c == '\n'; });
    return s;
}
}  // namespace

BOOST_AUTO_TEST_CASE(dispatch_json_is_read_and_written_as_the_page_shows_it) {
    ScratchDir dir;
    std::string file = dir.path() + "/dispatch.json";
    write_file(file, example(0));
    Memory m(file);
    BOOST_TEST(m.cid == 12);
    BOOST_TEST(m.checksum == "0cc175b9c0f1b6a831c399e269772661");
    BOOST_TEST(!m.drained);
    BOOST_REQUIRE(m.components.size() == 1);
    const Known& k = m.components.at("ntpd");
    BOOST_TEST(k.status == Known::failed);
    BOOST_TEST(k.configured);
    BOOST_TEST(k.attempts == 2);
    BOOST_TEST(k.next_retry == 1764594000);
    BOOST_TEST(k.message == "cannot write /etc/ntp.conf: No space left on device");
    BOOST_TEST(k.reference.at("/system/network") == "");
    m.save();
    BOOST_TEST(without_blanks(read_file(file)) == without_blanks(example(0)));
}

BOOST_AUTO_TEST_CASE(a_dispatch_json_of_a_newer_program_is_refused) {
    ScratchDir dir;
    std::string file = dir.path() + "/dispatch.json";
    write_file(file, R"({"version": 2, "components": {}})");
    try {
        Memory m(file);
        BOOST_ERROR("read");
    } catch (const Error& e) {
        BOOST_TEST(e.status == exit_config);
        BOOST_TEST(e.message ==
                   "'" + file + "' has version 2, and this program knows versions up to 1");
    }
    write_file(file, R"({"cid": 7})");
    BOOST_TEST(Memory(file).cid == 7);
}

BOOST_AUTO_TEST_CASE(actions_are_read_and_written_as_the_page_shows_them) {
    ScratchDir dir;
    std::string file = dir.path() + "/actions";
    write_file(file, example(1));
    Actions a(file);
    BOOST_REQUIRE(a.pending().size() == 2);
    BOOST_TEST(a.pending()[0].service == "ntpd");
    BOOST_TEST(a.pending()[0].action == "restart");
    BOOST_TEST(a.pending()[0].by.count("chrony") == 1);
    a.ask("crond", "reload", "cron");
    BOOST_TEST(read_file(file) ==
               example(1) + R"({"action":"reload","by":["cron"],"service":"crond"})" + "\n");
}

BOOST_AUTO_TEST_CASE(a_journal_is_written_as_the_page_shows_it) {
    ScratchDir dir;
    std::string save = dir.path() + "/saved", kept = dir.path() + "/ntp.conf",
                absent = dir.path() + "/ntp.keys";
    make_dirs(save);
    write_file(kept, "server a\n", {.mode = 0644, .mtime = 1764590400});
    keep_before_change(save, kept);
    keep_before_change(save, absent);
    std::string page = example(2), journal = read_file(save + "/journal");
    auto put = [&](std::string_view from, const std::string& to) {
        for (size_t at = 0; (at = journal.find(from, at)) != std::string::npos; at += to.size())
            journal.replace(at, from.size(), to);
    };
    put(kept, "/etc/ntp.conf");
    put(absent, "/etc/ntp.keys");
    put("\"uid\":" + std::to_string(getuid()), "\"uid\":0");
    put("\"gid\":" + std::to_string(getgid()), "\"gid\":0");
    BOOST_TEST(journal == page);
}
