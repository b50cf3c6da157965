// The store keeps every revision, its indexes agree with its contents, and a kill loses nothing
// acknowledged.
#include "t/tap.hh"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/landing.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"
#include "cdb/stages.hh"
#include "cdb/store.hh"
#include "cdb/values.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

Edit put(std::string path, std::string text) {
    return {.path = std::move(path), .text = std::move(text)};
}
Edit gone(std::string path) { return {.path = std::move(path)}; }
auto words = std::make_shared<Words>();  // of every landing
Built built(std::string object, std::string xml, const std::vector<Need>& needs) {
    Built b{
        .object = std::move(object), .xml = Packed::of(xml), .origins = Packed::of("/a\tx:1:1\n")};
    for (auto& n : needs)
        b.needs.push_back(words->number(need_key(n)));
    std::sort(b.needs.begin(), b.needs.end());
    return b;
}
Need file(std::string n) { return {Need::file, std::move(n)}; }

std::string text(const std::vector<std::string>& lines) {
    std::string s;
    for (auto& l : lines)
        s += l + "\n";
    return s;
}

int64_t clock_at = 1000;
int64_t fixed_clock() { return clock_at; }

}  // namespace

BOOST_AUTO_TEST_CASE(REQ_A_2_every_revision_stays_readable) {
    ScratchDir dir;
    Store s(dir.path(), {}, fixed_clock);
    BOOST_TEST(s.revisions.head() == 0u);
    s.land({.author = "CN=anna",
            .comment = "first",
            .edits = {put("a.pan", "1"), put("b/c.pan", "2")}});
    s.land({.author = "CN=ben",
            .comment = "second",
            .base = 1,
            .edits = {put("a.pan", "3"), gone("b/c.pan"), put("d.pan", "1")}});
    BOOST_TEST(s.revisions.head() == 2u);
    BOOST_TEST(s.contents.text(s.revisions.file_at("a.pan", 1)) == "1");
    BOOST_TEST(s.contents.text(s.revisions.file_at("a.pan", 2)) == "3");
    BOOST_TEST(s.revisions.file_at("b/c.pan", 2) == "");
    BOOST_TEST(s.revisions.file_at("a.pan", 0) == "");
    BOOST_TEST(s.revisions.changed_at("a.pan", 9) == 2u);
    BOOST_TEST(s.revisions.tree(1).size() == 2u);
    BOOST_TEST(s.revisions.tree(2).size() == 2u);
    BOOST_TEST(s.revisions.tree(2).contains("d.pan"));
    auto log = s.revisions.log(0, 10);
    BOOST_REQUIRE(log.size() == 2u);
    BOOST_TEST(log[0].comment == "second");
    BOOST_TEST(log[0].author == "CN=ben");
    BOOST_TEST(log[0].files.size() == 3u);
    BOOST_TEST(s.revisions.log(2, 10).size() == 1u);
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(a_path_does_not_answer_for_its_longer_neighbour) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a", .edits = {put("ab", "1")}});
    BOOST_TEST(s.revisions.file_at("a", 1) == "");
    BOOST_TEST(s.revisions.file_at("abc", 1) == "");
    BOOST_TEST(s.revisions.changed_at("b", 1) == 0u);
}

BOOST_AUTO_TEST_CASE(the_time_of_a_profile_grows_though_the_clock_stands_or_goes_back) {
    ScratchDir dir;
    clock_at = 1000;
    Store s(dir.path(), {}, fixed_clock);
    auto land = [&](const char* xml) {
        s.land({.author = "a", .built = {built("lxb001", xml, {file("x")})}, .words = words});
        return s.revisions.profile("lxb001")->modified;
    };
    s.land({.author = "a", .edits = {put("x", "1")}});
    BOOST_TEST(land("<a/>") == 1000);
    BOOST_TEST(land("<b/>") == 1001);
    BOOST_TEST(land("<b/>") == 1001);  // not changed: not touched
    clock_at = 500;
    BOOST_TEST(land("<a/>") == 1002);
    s.land({.author = "a", .withdrawn = {"lxb001"}});
    BOOST_TEST(!s.revisions.profile("lxb001"));
    BOOST_TEST(land("<a/>") == 1004);
    clock_at = 2000;
    BOOST_TEST(land("<b/>") == 2000);
    BOOST_TEST(s.contents.text(s.revisions.profile_at("lxb001", 2)->xml) == "<a/>");
    BOOST_TEST(!s.revisions.profile_at("lxb001", 6));
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(REQ_A_3_a_need_leads_to_the_objects_that_have_it) {
    ScratchDir dir;
    Store s(dir.path());
    Need absent{Need::source, "site/extra"}, peer{Need::object, "lxb002"};
    s.land({.author = "a",
            .edits = {put("x", "1"), put("y", "1")},
            .built = {built("lxb001", "<a/>", {file("x"), absent, peer}),
                      built("lxb002", "<b/>", {file("x"), file("y")})},
            .words = words});
    BOOST_TEST(text(s.values.objects_needing(file("x"))) == "lxb001\nlxb002\n");
    BOOST_TEST(text(s.values.objects_needing(absent)) == "lxb001\n");
    BOOST_TEST(text(s.values.objects_needing(peer)) == "lxb001\n");
    BOOST_TEST(text(s.values.objects_needing(file("z"))) == "");
    s.land({.author = "a", .built = {built("lxb001", "<a/>", {file("y")})}, .words = words});
    BOOST_TEST(text(s.values.objects_needing(file("x"))) == "lxb002\n");
    BOOST_TEST(text(s.values.objects_needing(file("y"))) == "lxb001\nlxb002\n");
    BOOST_TEST(text(s.values.objects_needing(peer)) == "");
    s.land({.author = "a", .withdrawn = {"lxb001"}});
    BOOST_TEST(text(s.values.objects_needing(file("y"))) == "lxb002\n");
    BOOST_TEST(s.values.needs_of("lxb002").size() == 2u);
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(indexes_and_all_else_are_there_after_opening_again) {
    ScratchDir dir;
    {
        Store s(dir.path());
        s.land({.author = "a",
                .edits = {put("x", "1")},
                .built = {built("lxb001", "<a/>", {file("x")})},
                .once = "key-1",
                .words = words});
        Session w = s.sessions.open("CN=anna", "new ntp server");
        s.sessions.put_edits(w.id, {put("x", "2"), put("new", "3")});
    }
    Store s(dir.path());
    BOOST_TEST(text(s.values.objects_needing(file("x"))) == "lxb001\n");
    BOOST_TEST(*s.revisions.once("a", "key-1") == 1u);
    BOOST_TEST(!s.revisions.once("b", "key-1"));
    BOOST_REQUIRE(s.sessions.all().size() == 1u);
    Session w = s.sessions.all()[0];
    BOOST_TEST(w.owner == "CN=anna");
    BOOST_TEST(w.base == 1u);
    BOOST_TEST(*s.sessions.edit(w.id, "x")->text == "2");
    BOOST_TEST(s.sessions.edit(w.id, "x")->base == s.revisions.file_at("x", 1));
    BOOST_TEST(s.sessions.edits(w.id).size() == 2u);
    BOOST_REQUIRE(s.stages.pending().size() == 1u);
    BOOST_TEST(s.stages.pending()[0].object == "lxb001");
    s.stages.told({{"lxb001", 0}});
    BOOST_TEST(s.stages.pending().size() ==
               1u);  // an older answer does not cover the newer profile
    s.stages.told({{"lxb001", 1}});
    BOOST_TEST(s.stages.pending().empty());
}

BOOST_AUTO_TEST_CASE(a_session_forgets_an_edit_that_changes_nothing_and_closes_with_its_commit) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a", .edits = {put("x", "1")}});
    Session w = s.sessions.open("a", "");
    s.sessions.put_edits(w.id, {put("x", "2"), gone("y")});
    BOOST_TEST(s.sessions.edits(w.id).size() == 1u);
    s.sessions.put_edits(w.id, {put("x", "1")});
    BOOST_TEST(s.sessions.edits(w.id).empty());
    BOOST_CHECK_EXCEPTION(s.sessions.put_edits("s0", {put("x", "2")}), Error,
                          [](const Error& e) { return e.message == "there is no session 's0'"; });
    for (const char* path :
         {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "a\nb", "a\\b"})
        BOOST_CHECK_THROW(s.sessions.put_edits(w.id, {put(path, "2")}), Error);
    s.sessions.put_edits(w.id, {put("x", "2")});
    s.land({.author = "a", .edits = s.sessions.edits(w.id), .session = w.id});
    BOOST_TEST(!s.sessions.find(w.id));
    BOOST_TEST(s.sessions.edits(w.id).empty());
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(a_session_that_changes_while_its_commit_compiles_is_not_closed) {
    ScratchDir dir;
    clock_at = 1000;
    Store s(dir.path(), {}, fixed_clock);
    Session w = s.sessions.open("a", "");
    s.sessions.put_edits(w.id, {put("x", "1"), put("y", "1")});
    auto commit = [&](int64_t touched) {
        s.land(
            {.author = "a", .edits = s.sessions.edits(w.id), .session = w.id, .touched = touched});
    };
    int64_t before = s.sessions.find(w.id)->touched;
    s.sessions.put_edits(w.id, {put("x", "2")});  // in the same second
    BOOST_CHECK_EXCEPTION(commit(before), Error,
                          [](const Error& e) { return e.status == exit_no; });
    before = s.sessions.find(w.id)->touched;
    s.sessions.drop_edits(w.id, {"y"});
    BOOST_CHECK_EXCEPTION(commit(before), Error,
                          [](const Error& e) { return e.status == exit_no; });
    BOOST_TEST(s.revisions.head() == 0u);
    BOOST_TEST(s.sessions.edit(w.id, "x")->text.value() == "2");
    commit(s.sessions.find(w.id)->touched);
    BOOST_TEST(s.contents.text(s.revisions.file_at("x", 1)) == "2");
    BOOST_TEST(!s.sessions.find(w.id));
}

BOOST_AUTO_TEST_CASE(contents_sent_for_a_commit_stay_for_an_hour) {
    ScratchDir dir;
    clock_at = 1000;
    auto old = Packed::of("old"), again = Packed::of("again"), used = Packed::of("used");
    {
        Store s(dir.path(), {}, fixed_clock);
        s.contents.put({old, again, used}, "CN=anna");
        s.land({.author = "a", .edits = {put("x", "used"), put("secret/y", "again too")}});
    }
    Store s(dir.path(), {}, fixed_clock);
    clock_at = 1000 + 3599;
    BOOST_TEST(s.collect_garbage().contents == 0u);
    BOOST_TEST(s.contents.was_sent("CN=anna", old.hash));
    BOOST_TEST(!s.contents.was_sent("CN=ben", old.hash));
    s.contents.keep({again.hash}, "CN=ben");
    clock_at++;
    BOOST_TEST(!s.contents.was_sent("CN=anna", old.hash));
    BOOST_TEST(s.collect_garbage().contents == 1u);
    BOOST_TEST(!s.contents.has(old.hash));
    BOOST_TEST(s.contents.has(again.hash));
    BOOST_TEST(s.contents.has(used.hash));
    auto open = s.revisions.contents_of([](auto path) { return !path.starts_with("secret/"); });
    BOOST_TEST(open.contains(used.hash));
    BOOST_TEST(open.size() == 1u);
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(nobody_fills_the_disk_with_contents) {
    ScratchDir dir;
    clock_at = 1000;
    Store s(dir.path(), {}, fixed_clock);
    auto one = Packed::of(std::string(1000, 'a')), two = Packed::of(std::string(2000, 'b'));
    uint64_t limit = one.gzip.size() + two.gzip.size() - 1;
    s.contents.put({one}, "CN=anna", limit);
    s.contents.put({one}, "CN=anna", limit);  // there already
    BOOST_CHECK_EXCEPTION(s.contents.put({two}, "CN=anna", limit), Error,
                          [](const Error& e) { return e.status == exit_try_later; });
    BOOST_TEST(!s.contents.has(two.hash));
    s.contents.put({two}, "CN=ben", limit);
    clock_at += 3600;
    s.contents.put({Packed::of(std::string(2000, 'c'))}, "CN=anna", limit);
}

BOOST_AUTO_TEST_CASE(a_second_server_on_the_same_store_is_refused) {
    ScratchDir dir;
    Store s(dir.path());
    BOOST_CHECK_EXCEPTION(Store(dir.path()), Error, [&](const Error& e) {
        return e.status == exit_try_later &&
               e.message ==
                   fmt::format("the store '{}' is in use by process {}", dir.path(), getpid());
    });
}

BOOST_AUTO_TEST_CASE(verify_finds_what_was_changed_behind_the_stores_back) {
    ScratchDir dir;
    Store s(dir.path());
    s.land({.author = "a",
            .edits = {put("x", "1"), put("y", "1")},
            .built = {built("lxb001", "<a/>", {file("x")})},
            .words = words});
    s.land({.author = "a",
            .edits = {put("x", "2")},
            .built = {built("lxb001", "<b/>", {file("x"), file("y")})},
            .words = words});
    BOOST_TEST(text(s.verify()) == "");
    auto damage = [&](const char* table, std::string_view key, std::optional<std::string> value) {
        bdb::Table t = s.database.env().table(table);
        std::string old;
        s.database.env().update([&](bdb::Txn& x) {
            old = t.get(&x, key).value_or("?");
            if (value)
                t.put(x, key, *value);
            else
                t.erase(x, key);
        });
        std::string said = text(s.verify());
        s.database.env().update([&](bdb::Txn& x) { t.put(x, key, old); });
        BOOST_TEST(text(s.verify()) == "");
        return said;
    };
    BOOST_TEST(damage("tree", "x", hash_of("1")) ==
               "tree: the head's files are not what the revisions leave\n");
    BOOST_TEST(damage("content", hash_of("2"), "not gzip")
                   .starts_with("content: " + to_hex(hash_of("2")) + " is damaged\n"));
    BOOST_TEST(damage("profile", "lxb001", std::nullopt).find("profile: 'lxb001' is missing\n") !=
               std::string::npos);
    BOOST_TEST(damage("users", number_key(0).substr(4), std::nullopt) ==
               "index: the users of 'px' are missing\n");
    BOOST_TEST(damage("revision", number_key(1), std::nullopt).find("revision: 2 follows 0\n") ==
               0);
    BOOST_TEST(damage("audit", number_key(1), "\x01") != "");
    bdb::Table users = s.database.env().table("users");
    s.database.env().update([&](bdb::Txn& x) { users.put(x, number_key(0).substr(4), ""); });
    BOOST_TEST(text(s.verify()) != "");
    s.rebuild_indexes({.built = {built("lxb001", "<b/>", {file("x"), file("y")})}, .words = words});
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(what_a_commit_spilled_is_there_when_it_lands_and_gone_when_it_does_not) {
    ScratchDir dir;
    Store s(dir.path());
    Packed one = Packed::of("<a/>"), two = Packed::of("<b/>"), sent = Packed::of("sent");
    s.contents.put({sent}, "CN=anna");
    s.contents.spill({one, two, sent});
    BOOST_TEST(!s.contents.has(one.hash));  // another commit with the same content brings its own
    BOOST_TEST(s.contents.has(sent.hash));
    Built b = built("lxb001", "<a/>", {file("x")});
    b.xml.gzip.clear();
    s.land({.author = "a", .edits = {put("x", "1")}, .built = {b}, .words = words});
    BOOST_TEST(s.contents.has_spilled());
    s.contents.drop_spilled();
    BOOST_TEST(!s.contents.has_spilled());
    BOOST_TEST(s.contents.text(one.hash) == "<a/>");
    BOOST_TEST(!s.contents.has(two.hash));
    BOOST_TEST(s.collect_garbage().contents == 0u);
    BOOST_TEST(text(s.verify()) == "");
}

BOOST_AUTO_TEST_CASE(pruning_keeps_what_a_tag_a_stage_or_a_node_uses_and_all_templates) {
    ScratchDir dir;
    clock_at = 1000;
    Store s(dir.path(), {}, fixed_clock);
    for (int i = 1; i <= 8; i++, clock_at += 100) {
        std::string n = std::to_string(i);
        s.land({.author = "a",
                .edits = {put("x", n)},
                .built = {built("n1", "<one" + n + "/>", {file("x")}),
                          built("n2", "<two" + n + "/>", {file("x")})},
                .words = words});
        if (i == 2)
            s.stages.add("prod", {"n2"}, "a");
        if (i == 3)
            s.revisions.put_tag({.name = "good", .revision = 3, .author = "a"});
    }
    auto has = [&](const std::string& xml) {
        return s.contents.has(hash_of(xml));
    };
    BOOST_TEST(s.revisions.first_since(1600) == 7u);
    BOOST_TEST(s.revisions.first_since(0) == 1u);
    BOOST_TEST(s.revisions.first_since(5000) == 9u);
    std::map<std::string, std::set<uint64_t>> nodes = {{"n1", {5, 5}}};
    auto would = s.prune(7, nodes, false, "a");
    BOOST_TEST(has("<one1/>"));
    BOOST_TEST(s.revisions.pruned() == 0u);
    auto did = s.prune(7, nodes, true, "a");
    BOOST_TEST(did.profiles == would.profiles);
    BOOST_TEST(did.contents == would.contents);
    // n1: 3 is tagged, 5 is what it has, 2 is the stage's revision (for whichever object), 7 and 8
    // are kept.
    for (int i = 1; i <= 8; i++) {
        std::string n = std::to_string(i);
        BOOST_TEST(has("<one" + n + "/>") == (i != 1 && i != 4 && i != 6), "n1 " << i);
        BOOST_TEST(has("<two" + n + "/>") == (i != 1 && i != 4 && i != 5 && i != 6), "n2 " << i);
        BOOST_TEST(s.contents.text(s.revisions.file_at("x", uint64_t(i))) == n);
    }
    BOOST_TEST(s.revisions.profile_at("n1", 4)->xml ==
               hash_of("<one4/>"));  // that it was so is still known
    BOOST_CHECK_EXCEPTION(s.contents.text(hash_of("<one4/>")), Error, [](const Error& e) {
        return e.status == exit_data &&
               e.message.find("before revision 7 were pruned") != std::string::npos;
    });
    BOOST_CHECK_EXCEPTION(
        s.stages.promote({.stage = "prod", .target = 4, .author = "a"}), Error,
        [](const Error& e) { return e.message == "profiles of revision 4 were pruned"; });
    BOOST_TEST(text(s.verify()) == "");
    BOOST_TEST(s.collect_garbage().contents == 0u);
    // A profile that comes back as it once was is stored again.
    s.land({.author = "a",
            .edits = {put("x", "again")},
            .built = {built("n1", "<one4/>", {file("x")})},
            .words = words});
    BOOST_TEST(has("<one4/>"));
    BOOST_TEST(text(s.verify()) == "");
    bdb::Table content = s.database.env().table("content");
    s.database.env().update([&](bdb::Txn& t) { content.erase(t, hash_of("<one8/>")); });
    BOOST_TEST(text(s.verify()) == "revision 8: the content of the profile of 'n1' is missing\n");
}

// A child commits in a loop and says each number after its commit returned; the parent kills it at
// random, opens the store and proves it: nothing said is missing, and at most the one commit under
// way is there too.
BOOST_AUTO_TEST_CASE(no_acknowledged_commit_is_lost_by_sigkill) {
    ScratchDir dir;
    const char* count = std::getenv("WEFT_KILLS");
    srand(unsigned(getpid()));
    uint64_t last = 0;
    for (int round = 0; round < (count ? std::atoi(count) : 12); round++) {
        int out[2];
        BOOST_REQUIRE(pipe(out) == 0);
        pid_t child = fork();
        if (child == 0) {
            close(out[0]);
            Store s(dir.path());
            for (;;) {
                uint64_t n = s.revisions.head() + 1;
                Landing l{.author = "a", .comment = std::to_string(n), .words = words};
                for (uint64_t i = n % 3; i < 6; i++)
                    l.edits.push_back(put(fmt::format("t{}", i), std::to_string(n * i)));
                l.edits.push_back(put("x", std::to_string(n)));
                for (uint64_t i = 0; i < 3; i++)
                    l.built.push_back(
                        built(fmt::format("lxb{:03}", i),
                              fmt::format("<a n='{}'/>{}", n % (i + 2), std::string(3000, 'x')),
                              {file("x"), file(fmt::format("t{}", 3 + (n + i) % 3))}));
                s.land(l);
                if (n % 5 == 0)
                    s.database.env().checkpoint();
                if (::write(out[1], &n, sizeof n) < 0)
                    _exit(1);
            }
        }
        close(out[1]);
        uint64_t n, seen = 0;
        for (int wanted = rand() % 6; wanted && read(out[0], &n, sizeof n) == sizeof n; wanted--)
            seen = n;
        usleep(unsigned(rand() % 12000));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        while (read(out[0], &n, sizeof n) == sizeof n)
            seen = n;
        close(out[0]);
        Store s(dir.path());
        last = std::max(last, seen);
        BOOST_TEST(s.revisions.head() >= last);
        BOOST_TEST(s.revisions.head() <= last + 1);
        last = s.revisions.head();
        BOOST_TEST(text(s.verify()) == "");
        if (last)
            BOOST_TEST(s.contents.text(s.revisions.file_at("x", last)) == std::to_string(last));
    }
    BOOST_TEST(last > 5u);
}
