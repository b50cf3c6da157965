// The command line every program shares.
#include "t/tap.hh"

#include "base/program.hh"

using namespace weft;

static const Program demo{.name = "demo",
                          .usage = "demo [-n] [-o FILE] [-I DIR]... NAME...\ndemo --list",
                          .about = "Show how options work.",
                          .options = {{'n', "noaction", nullptr, "change nothing"},
                                      {'o', "out", "FILE", "write to FILE"},
                                      {'I', "include", "DIR", "look in DIR"},
                                      {0, "jobs", "N", "run N at once"}},
                          .body = {},
                          .commands = {}};

BOOST_AUTO_TEST_CASE(letters_and_words_can_be_mixed_with_names) {
    Args a =
        parse_args(demo, {"-nofile", "x", "--include=a", "-I", "b", "--jobs", "4", "--", "-y"});
    BOOST_TEST(a.noaction());
    BOOST_TEST(a.get("out") == "file");
    BOOST_TEST(a.all("include") == (std::vector<std::string>{"a", "b"}),
               boost::test_tools::per_element());
    BOOST_TEST(a.number("jobs", 1) == 4);
    BOOST_TEST(a.number("retries", 3) == 3);
    BOOST_TEST(a.rest() == (std::vector<std::string>{"x", "-y"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_wrong_option_is_named_with_the_nearest_right_one) {
    try {
        parse_args(demo, {"--incldue", "x"});
        BOOST_TEST(false);
    } catch (const Error& e) {
        BOOST_TEST(e.text("demo") ==
                   "demo: error: unknown option '--incldue'\nhint: did you mean '--include'?\n");
        BOOST_TEST(e.status == exit_usage);
    }
    BOOST_CHECK_THROW(parse_args(demo, {"-o"}), Error);
    BOOST_CHECK_THROW(parse_args(demo, {"--noaction=1"}), Error);
    BOOST_CHECK_THROW(parse_args(demo, {"--jobs", "4x"}).number("jobs", 1), Error);
    BOOST_CHECK_THROW(parse_args(demo, {"--jobs", "0"}).number("jobs", 1, 1), Error);
}

BOOST_AUTO_TEST_CASE(every_path_of_the_system_moves_below_the_root) {
    Args a = parse_args(demo, {"--root", "/scratch/"});
    BOOST_TEST(a.rooted("/etc/ccm.conf") == "/scratch/etc/ccm.conf");
    BOOST_TEST(a.rooted("relative") == "relative");
    BOOST_TEST(parse_args(demo, {}).rooted("/etc/ccm.conf") == "/etc/ccm.conf");
}

BOOST_AUTO_TEST_CASE(help_begins_with_the_synopsis) {
    BOOST_TEST(
        help(demo).starts_with("usage: demo [-n] [-o FILE] [-I DIR]... NAME...\n       demo "
                               "--list\nShow how options work.\n"));
    BOOST_TEST(help(demo).find("  -n, --noaction               change nothing\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(options_of_the_program_may_stand_before_and_after_the_command) {
    std::string heard;
    auto run_with = [&](std::vector<const char*> words) {
        heard.clear();
        words.insert(words.begin(), "tool");
        Program put{.name = "put",
                    .usage = "tool put [-k] file",
                    .about = "",
                    .options = {{'k', "keep", nullptr, ""}},
                    .body =
                        [&](const Args& a) {
                            heard = a.get("config") + "|" + a.root() + "|" +
                                    (a.has("keep") ? "k" : "") + "|";
                            for (auto& w : a.rest())
                                heard += w + " ";
                            return 0;
                        },
                    .commands = {}};
        Program tool{.name = "tool",
                     .usage = "tool command",
                     .about = "",
                     .options = {{'f', "config", "FILE", ""}},
                     .body = {},
                     .commands = {put}};
        return run(tool, int(words.size()), const_cast<char**>(words.data()));
    };
    BOOST_TEST(run_with({"put", "-k", "-f", "c", "a"}) == 0);
    BOOST_TEST(heard == "c||k|a ");
    BOOST_TEST(run_with({"-f", "c", "--root", "/r", "put", "a", "put"}) == 0);
    BOOST_TEST(heard == "c|/r||a put ");
    BOOST_TEST(run_with({"-vfc", "--root=/r", "put", "-k"}) == 0);
    BOOST_TEST(heard == "c|/r|k|");
    BOOST_TEST(run_with({"-f", "put"}) == exit_usage);  // that is a file's name
    BOOST_TEST(run_with({"-x", "put"}) == exit_usage);
    BOOST_TEST(run_with({"-f", "c", "pt"}) == exit_usage);
    BOOST_TEST(heard == "");
}
