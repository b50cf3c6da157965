// Commits compile beside each other, are written in the order they came, and what they leave is
// what one after the other would have left (REQ-A-6, REQ-A-8).
#include "t/tap.hh"

#include <condition_variable>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/landing.hh"
#include "cdb/pipeline.hh"
#include "cdb/revisions.hh"
#include "cdb/store.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

/// A store with a pipeline, and a site of some nodes: "/x" comes from a file of each node's own,
/// "/all" from one they share.
struct Site {
    ScratchDir dir;
    Store store{dir.path()};
    Pipeline pipeline{store, 1};

    explicit Site(int nodes) {
        Proposal p{.author = "CN=anna", .comment = "the site"};
        for (int i = 1; i <= nodes; i++) {
            std::string n = std::to_string(i);
            p.edits.push_back({.path = "n" + n + ".pan",
                               .text = "object template n" + n + ";\ninclude 'own" + n +
                                       "';\ninclude 'all';\ninclude if_exists('more');\n"});
            p.edits.push_back(
                {.path = "own" + n + ".pan", .text = "template own" + n + ";\n'/x' = 0;\n"});
        }
        p.edits.push_back({.path = "all.pan", .text = "unique template all;\n'/all' = 0;\n"});
        BOOST_REQUIRE(pipeline.commit(p).state == Outcome::done);
    }
    std::string read(const std::string& path) {
        return store.contents.text(store.revisions.file_at(path, store.revisions.head()));
    }
    Proposal change(const std::string& path, std::string text) {
        return {.author = "CN=anna",
                .comment = path,
                .edits = {{.path = path,
                           .base = store.revisions.file_at(path, store.revisions.head()),
                           .text = std::move(text)}},
                .base = store.revisions.head()};
    }
    Proposal own(int node, int value) {
        std::string n = std::to_string(node);
        return change("own" + n + ".pan",
                      "template own" + n + ";\n'/x' = " + std::to_string(value) + ";\n");
    }
    Proposal all(int value) {
        return change("all.pan", "unique template all;\n'/all' = " + std::to_string(value) + ";\n");
    }
    std::string xml(const std::string& object) {
        return store.contents.text(store.revisions.profile(object)->xml);
    }
    std::string wrong() {
        std::string s;
        for (auto& line : pipeline.verify(true))
            s += line + "\n";
        return s;
    }
};

/// Something that happened, for threads to wait for. A minute is forever.
class Event {
public:
    void happened() {
        std::lock_guard hold(lock_);
        done_ = true;
        changed_.notify_all();
    }
    bool wait() {
        std::unique_lock hold(lock_);
        return changed_.wait_for(hold, std::chrono::minutes(1), [&] { return done_; });
    }

private:
    std::mutex lock_;
    std::condition_variable changed_;
    bool done_ = false;
};

std::future<Outcome> commit(Site& s, Proposal p) {
    return std::async(std::launch::async, [&s, p = std::move(p)] { return s.pipeline.commit(p); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(
    REQ_A_8_commits_that_do_not_overlap_compile_at_the_same_time_and_are_written_in_the_order_they_came) {
    Site s(2);
    Event first_compiles, second_compiles;
    bool met = false;
    Proposal a = s.own(1, 1), b = s.own(2, 2);
    a.progress = [&](size_t, size_t) {
        first_compiles.happened();
        met = second_compiles.wait();
    };
    b.progress = [&](size_t, size_t) {
        second_compiles.happened();
    };
    auto first = commit(s, a);
    BOOST_TEST(first_compiles.wait());
    auto second = commit(s, b);
    Outcome one = first.get(), two = second.get();
    BOOST_TEST(met);  // the first was compiling when the second was
    BOOST_TEST(one.revision == 2u);
    BOOST_TEST(two.revision == 3u);
    BOOST_TEST(s.pipeline.compiled_again() == 0u);
    BOOST_TEST(s.xml("n1").find(">1<") != std::string::npos);
    BOOST_TEST(s.xml("n2").find(">2<") != std::string::npos);
    BOOST_TEST(s.wrong() == "");
}

BOOST_AUTO_TEST_CASE(REQ_S_90_the_trace_of_a_commit_says_where_its_time_went) {
    Site s(1);
    Outcome o = commit(s, s.own(1, 1)).get();
    for (double stage : {o.trace.write_xml, o.trace.digest, o.trace.gzip, o.trace.values,
                         o.trace.origins, o.trace.store}) {
        BOOST_TEST(stage > 0);
        BOOST_TEST(stage < o.seconds);
    }
}

BOOST_AUTO_TEST_CASE(what_is_at_work_is_told_with_how_far_it_is) {
    Site s(3);
    Event half, seen;
    Proposal p = s.all(1);
    p.request = "r1";
    p.progress = [&](size_t done, size_t) {
        if (done == 2) {
            half.happened();
            seen.wait();
        }
    };
    auto going = commit(s, p);
    BOOST_TEST(half.wait());
    auto now = s.pipeline.at_work();
    seen.happened();
    BOOST_REQUIRE(now.size() == 1u);
    BOOST_TEST(now[0].request == "r1");
    BOOST_TEST(now[0].compiled == 2u);
    BOOST_TEST(now[0].objects == 3u);
    going.get();
    BOOST_TEST(s.pipeline.at_work().empty());
}

/// Two commits of which the second is compiled before the first is written.
static std::pair<Outcome, Outcome> overlapping(Site& s, Proposal a, Proposal b) {
    Event first_compiles, second_compiles;
    a.progress = [&](size_t, size_t) {
        first_compiles.happened();
        second_compiles.wait();
    };
    b.progress = [&](size_t, size_t) {
        second_compiles.happened();
    };
    auto first = commit(s, a);
    first_compiles.wait();
    auto second = commit(s, b);
    Outcome one = first.get();
    return {one, second.get()};
}

BOOST_AUTO_TEST_CASE(REQ_A_8_a_commit_compiles_again_when_one_before_it_changed_what_it_read) {
    Site s(2);
    auto [one, two] = overlapping(s, s.all(7), s.own(1, 5));
    BOOST_TEST(one.state == Outcome::done);
    BOOST_TEST(two.state == Outcome::done);
    BOOST_TEST(s.pipeline.compiled_again() == 1u);
    BOOST_TEST(s.xml("n1").find(">7<") != std::string::npos);
    BOOST_TEST(s.xml("n1").find(">5<") != std::string::npos);
    BOOST_TEST(s.wrong() == "");
}

BOOST_AUTO_TEST_CASE(REQ_A_8_a_file_that_appears_where_one_was_looked_for_in_vain_counts) {
    Site s(2);
    auto [one, two] =
        overlapping(s, s.change("more.pan", "template more;\n'/more' = 9;\n"), s.own(1, 5));
    BOOST_TEST(two.state == Outcome::done);
    BOOST_TEST(s.pipeline.compiled_again() == 1u);
    BOOST_TEST(s.xml("n1").find(">9<") != std::string::npos);
    BOOST_TEST(s.wrong() == "");
}

BOOST_AUTO_TEST_CASE(REQ_A_6_two_that_are_right_alone_and_wrong_together_are_not_both_taken) {
    Site s(2);
    auto [one, two] = overlapping(
        s, s.change("more.pan", "template more;\nbind '/x' = long(0..9);\n"), s.own(1, 50));
    BOOST_TEST(one.state == Outcome::done);
    BOOST_TEST(two.state == Outcome::refused);
    BOOST_TEST(s.read("own1.pan").find("= 0;") != std::string::npos);
    BOOST_TEST(s.wrong() == "");
}

BOOST_AUTO_TEST_CASE(REQ_A_6_the_same_file_twice_is_a_conflict_for_the_later) {
    Site s(2);
    auto [one, two] = overlapping(s, s.own(1, 3), s.own(1, 4));
    BOOST_TEST(one.state == Outcome::done);
    BOOST_TEST(two.state == Outcome::conflict);
    BOOST_REQUIRE(two.conflicts.size() == 1u);
    BOOST_TEST(two.conflicts[0].revision == one.revision);
    BOOST_TEST(s.store.revisions.head() == 2u);
}

BOOST_AUTO_TEST_CASE(a_commit_sent_again_while_it_compiles_happens_once) {
    Site s(2);
    Proposal p = s.own(1, 3);
    p.once = "key";
    auto [one, two] = overlapping(s, p, p);
    BOOST_TEST(one.state == Outcome::done);
    BOOST_TEST(two.state == Outcome::repeated);
    BOOST_TEST(two.revision == one.revision);
    BOOST_TEST(s.store.revisions.head() == 2u);
}

BOOST_AUTO_TEST_CASE(the_first_commit_after_a_start_may_be_nothing_or_a_conflict) {
    Site s(2);
    Pipeline again(s.store, 1), third(s.store, 1);
    Proposal same = s.change("all.pan", s.read("all.pan")), late = s.all(3);
    late.edits[0].base = hash_of("what nobody committed");
    BOOST_TEST(again.commit(same).state == Outcome::unchanged);
    BOOST_TEST(third.check(late).state == Outcome::conflict);
}

BOOST_AUTO_TEST_CASE(REQ_A_8_many_commits_at_once_leave_what_one_after_the_other_would) {
    Site s(8);
    std::vector<std::thread> people;
    std::atomic<int> taken = 0, odd = 0;
    std::vector<uint64_t> told;  // in the order they were written
    for (unsigned who = 0; who < 4; who++)
        people.emplace_back([&, who] {
            std::mt19937 random(who);
            for (int i = 0; i < 25; i++) {
                int kind = int(random() % 10), value = int(random() % 1000);
                Proposal p = kind == 0   ? s.all(value)
                             : kind == 1 ? s.change("more.pan", "template more;\n'/more' = " +
                                                                    std::to_string(value) + ";\n")
                             : kind == 2 ? s.change("new.pan", "template new;\nnonsense")
                                         : s.own(1 + int(random() % 8), value);
                if (kind == 3)
                    p.edits[0].text = "template own;\n'/x' = undefined_function();\n";
                if (kind == 4 && s.pipeline.check(p).state == Outcome::repeated)
                    odd++;
                Outcome o = s.pipeline.commit(
                    p, [&](const Outcome& done) { told.push_back(done.revision); });
                taken += o.state == Outcome::done;
                odd += o.state == Outcome::done && (kind == 2 || kind == 3);
            }
        });
    for (auto& t : people)
        t.join();
    BOOST_TEST(odd == 0);
    BOOST_TEST(taken > 10);
    BOOST_TEST(s.store.revisions.head() == uint64_t(taken) + 1);
    BOOST_REQUIRE(told.size() == size_t(taken));
    for (size_t i = 0; i < told.size(); i++)
        BOOST_TEST(told[i] == i + 2);
    BOOST_TEST(s.wrong() == "");
}

BOOST_AUTO_TEST_CASE(who_looks_after_the_store_waits_for_commits_and_they_for_it) {
    Site s(2);
    Event compiles, go_on, alone;
    Proposal p = s.own(1, 3);
    p.progress = [&](size_t, size_t) {
        compiles.happened();
        go_on.wait();
    };
    auto first = commit(s, p);
    compiles.wait();
    bool quiet = false;
    std::thread keeper([&] {
        s.pipeline.alone([&] {
            quiet = s.pipeline.at_work().empty();
            alone.happened();
        });
    });
    go_on.happened();
    BOOST_TEST(alone.wait());
    keeper.join();
    BOOST_TEST(quiet);
    BOOST_TEST(first.get().state == Outcome::done);
}

BOOST_AUTO_TEST_CASE(REQ_A_4_what_is_derived_is_made_anew_from_the_revisions_and_the_templates) {
    Site s(3);
    BOOST_REQUIRE(s.pipeline.commit(s.own(1, 4)).state == Outcome::done);
    Proposal p{.author = "CN=anna",
               .comment = "n3 goes",
               .edits = {{.path = "n3.pan",
                          .base = s.store.revisions.file_at("n3.pan", 2),
                          .text = std::nullopt}},
               .base = 2};
    BOOST_REQUIRE(s.pipeline.commit(p).state == Outcome::done);
    auto rows = [&](const char* table) {
        std::map<std::string, std::string> all;
        s.store.database.env().table(table).each(nullptr, {}, [&](auto key, auto value) {
            all.emplace(key, value);
            return true;
        });
        return all;
    };
    for (const char* name :
         {"tree", "history", "profile", "needs", "users", "value", "slot", "id"}) {
        bdb::Table table = s.store.database.env().table(name);
        auto all = rows(name);
        BOOST_REQUIRE(!all.empty());
        s.store.database.env().update([&](bdb::Txn& t) { table.erase(t, all.begin()->first); });
        if (std::string(name) != "id" && std::string(name) != "slot")
            BOOST_TEST(s.wrong() != "", name);
        s.pipeline.rebuild();
        BOOST_TEST(s.wrong() == "", name);
        if (std::string(name) == "tree" || std::string(name) == "history" ||
            std::string(name) == "profile")
            BOOST_TEST((rows(name) == all), name);
    }
    BOOST_TEST(s.pipeline.commit(s.all(8)).compiled == 2u);
}
