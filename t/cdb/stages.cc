// A stage's nodes keep what they have when it comes, and go only where they lose nothing.
#include "t/tap.hh"

#include <fmt/ranges.h>
#include <unistd.h>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/contents.hh"
#include "cdb/landing.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"
#include "cdb/store.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

auto words = std::make_shared<Words>();  // of every landing

Built built(std::string object, std::string xml) {
    return {.object = std::move(object),
            .xml = Packed::of(xml),
            .origins = Packed::of("/a\tx:1:1\n"),
            .needs = {words->number(need_key({Need::source, "site/extra"}))}};
}
std::string served(const Store& s, const char* object) {
    auto p = s.stages.served(object);
    return p ? s.contents.text(p->xml) : "";
}
std::string wrong(const Store& s) { return fmt::format("{}", fmt::join(s.verify(), "\n")); }
bool stands_in_the_way(const Error& e) { return e.status == exit_no; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_stage_takes_nodes_over_from_another_and_they_keep_what_they_have) {
    alarm(120);  // a wait for itself would never end
    ScratchDir dir;
    Store s(dir.path());
    s.land(
        {.author = "a",
         .built = {built("lxb001", "<one/>"), built("lxb002", "<one/>"), built("lxb003", "<one/>")},
         .words = words});
    s.stages.add("prod", {"lxb*"}, "a");
    s.land(
        {.author = "a",
         .built = {built("lxb001", "<two/>"), built("lxb002", "<two/>"), built("lxb003", "<two/>")},
         .words = words});
    BOOST_TEST(s.stages.add("early", {"lxb001", "lxb002"}, "a").revision == 1u);
    for (const char* object : {"lxb001", "lxb002", "lxb003"})
        BOOST_TEST(served(s, object) == "<one/>");
    s.stages.promote({.stage = "early", .target = 2, .author = "a"});
    BOOST_TEST(served(s, "lxb002") == "<two/>");
    BOOST_TEST(served(s, "lxb003") == "<one/>");
    BOOST_TEST(wrong(s) == "");
    alarm(0);
}

BOOST_AUTO_TEST_CASE(the_canaries_of_a_second_promotion_join_those_of_the_first_or_send_them_back) {
    alarm(120);
    ScratchDir dir;
    Store s(dir.path());
    auto commit = [&](const char* xml) {
        s.land({.author = "a",
                .built = {built("lxb001", xml), built("lxb002", xml), built("lxb003", xml)},
                .words = words});
    };
    commit("<one/>");
    s.stages.add("prod", {"lxb*"}, "a");
    commit("<two/>");
    commit("<three/>");
    s.stages.promote({.stage = "prod", .target = 2, .author = "a", .canary = {"lxb001"}});
    s.stages.promote({.stage = "prod", .target = 2, .author = "a", .canary = {"lxb002"}});
    BOOST_TEST(served(s, "lxb001") + served(s, "lxb002") + served(s, "lxb003") ==
               "<two/><two/><one/>");
    BOOST_TEST(fmt::format("{}", fmt::join(s.stages.find("prod")->canary, " ")) == "lxb001 lxb002");
    BOOST_TEST(wrong(s) == "");
    s.stages.promote({.stage = "prod", .target = 3, .author = "a", .canary = {"lxb002"}});
    BOOST_TEST(served(s, "lxb001") + served(s, "lxb002") + served(s, "lxb003") ==
               "<one/><three/><one/>");
    BOOST_TEST(wrong(s) == "");
    s.stages.promote({.stage = "prod", .target = 3, .author = "a"});
    BOOST_TEST(served(s, "lxb001") + served(s, "lxb002") + served(s, "lxb003") ==
               "<three/><three/><three/>");
    BOOST_TEST(wrong(s) == "");
    alarm(0);
}

BOOST_AUTO_TEST_CASE(a_node_withdrawn_after_its_stage_does_not_come_back_with_the_next_one) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a",
            .built = {built("lxb001", "<one/>"), built("lxb002", "<one/>")},
            .words = words});
    s.stages.add("prod", {"lxb*"}, "a");
    s.stages.drop("prod", "a");
    s.land({.author = "a", .withdrawn = {"lxb001"}});
    int64_t given = s.revisions.profile_at("lxb001", 1)->modified;
    s.stages.add("prod", {"lxb*"}, "a");
    BOOST_TEST(served(s, "lxb001") == "");
    BOOST_TEST(s.stages.served().size() == 1u);
    BOOST_TEST(s.stages.promotion(*s.stages.find("prod"), s.revisions.head()).empty());
    s.land({.author = "a", .built = {built("lxb001", "<three/>")}, .words = words});
    s.stages.promote({.stage = "prod", .target = s.revisions.head(), .author = "a"});
    BOOST_TEST(served(s, "lxb001") == "<three/>");
    BOOST_TEST(s.stages.served("lxb001")->modified > given);
    BOOST_TEST(wrong(s) == "");
}

BOOST_AUTO_TEST_CASE(
    a_node_withdrawn_while_its_stage_keeps_it_is_kept_by_the_stage_that_takes_it_over) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a", .built = {built("lxb001", "<one/>")}, .words = words});
    s.stages.add("prod", {"lxb*"}, "a");
    s.land({.author = "a", .withdrawn = {"lxb001"}});
    BOOST_TEST(served(s, "lxb001") == "<one/>");
    s.stages.add("early", {"lxb001"}, "a");
    BOOST_TEST(served(s, "lxb001") == "<one/>");
    BOOST_TEST(wrong(s) == "");
}

BOOST_AUTO_TEST_CASE(nodes_at_different_revisions_make_no_stage) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a",
            .built = {built("lxb001", "<one/>"), built("lxb002", "<one/>")},
            .words = words});
    s.stages.add("prod", {"lxb001"}, "a");
    s.land({.author = "a",
            .built = {built("lxb001", "<two/>"), built("lxb002", "<two/>")},
            .words = words});
    BOOST_CHECK_EXCEPTION(s.stages.add("all", {"lxb*"}, "a"), Error, stands_in_the_way);
    s.stages.promote({.stage = "prod", .target = 2, .author = "a"});
    BOOST_TEST(s.stages.add("all", {"lxb*"}, "a").revision == 3u);
    BOOST_TEST(wrong(s) == "");
}

BOOST_AUTO_TEST_CASE(a_stage_goes_when_its_nodes_have_what_they_get_without_it) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a",
            .built = {built("lxb001", "<one/>"), built("lxb002", "<one/>")},
            .words = words});
    s.stages.add("prod", {"lxb*"}, "a");
    s.stages.add("early", {"lxb001"}, "a");
    s.land({.author = "a",
            .built = {built("lxb001", "<two/>"), built("lxb002", "<two/>")},
            .words = words});
    s.stages.promote({.stage = "early", .target = 2, .author = "a"});
    BOOST_CHECK_EXCEPTION(s.stages.drop("early", "a"), Error,
                          stands_in_the_way);  // at the head, but 'prod' is not
    s.stages.promote({.stage = "early", .target = 1, .author = "a"});
    s.stages.drop("early", "a");  // not at the head, but where 'prod' is
    BOOST_TEST(served(s, "lxb001") == "<one/>");
    BOOST_CHECK_EXCEPTION(s.stages.drop("prod", "a"), Error, stands_in_the_way);
    s.stages.promote({.stage = "prod", .target = 2, .author = "a"});
    s.stages.drop("prod", "a");
    BOOST_TEST(served(s, "lxb001") == "<two/>");
    BOOST_TEST(wrong(s) == "");
}
