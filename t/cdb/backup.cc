// A backup made while four others commit and checkpoints are taken without a pause is the store as
// of some revision of that time, whole; one that is not good is none. And a log that was lost is
// said.
#include "t/tap.hh"

#include <fmt/core.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/landing.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"
#include "cdb/store.hh"

using namespace weft;
using namespace weft::cdb;

namespace {

const bdb::Options small{.cache = 4 << 20, .log_file = 1 << 20, .reserve = 0};

void commit(Store& s, const std::string& path, const std::string& text) {
    std::lock_guard hold(s.database.commit_lock());
    s.land({.author = "a", .edits = {{.path = path, .text = text}}});
}

/// Text that does not compress, so that the log moves on.
std::string noise(unsigned seed, size_t size) {
    std::string s;
    for (uint64_t x = seed * 2654435761u + 1; s.size() < size;) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        s += char('!' + (x >> 33) % 90);
    }
    return s;
}

std::string message_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const Error& e) {
        return fmt::format("{} {}", e.status, e.message);
    }
    return "";
}

void cut(const std::string& file) { std::ofstream(file, std::ios::trunc); }

/// As a kill leaves it: the files of the moment.
void as_killed(const std::string& from, const std::string& to) {
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

}  // namespace

BOOST_AUTO_TEST_CASE(backups_during_commits_and_checkpoints_open_and_are_whole) {
    ScratchDir dir, copies;
    Store s(dir.path(), small);
    for (unsigned i = 0; i < 40; i++)
        commit(s, fmt::format("start{}.pan", i), noise(i, 20000));
    std::atomic<bool> stop = false;
    std::vector<std::jthread> threads;
    for (unsigned who = 0; who < 4; who++)
        threads.emplace_back([&, who] {
            for (unsigned i = 0; !stop; i++) {
                commit(s, fmt::format("{}/{}.pan", who, i % 20), noise(who * 1000 + i, 8000));
                auto session = s.sessions.open("a", "");
                s.sessions.put_edits(session.id, {{.path = "x.pan", .text = "1"}});
                s.sessions.close(session.id);
            }
        });
    threads.emplace_back([&] {
        while (!stop)
            s.database.env().checkpoint();
    });
    const char* many = std::getenv("WEFT_BACKUPS");
    for (int i = 0; i < (many ? std::atoi(many) : 4); i++) {
        std::string to = fmt::format("{}/{}", copies.path(), i);
        uint64_t before = s.revisions.head();
        uint64_t has = s.backup(to, 2 << 20);  // slow: a second or so of commits
        BOOST_TEST(has >= before);
        BOOST_TEST(has <= s.revisions.head());
        BOOST_TEST(!std::filesystem::exists(to + ".partial"));
        Store copy(to, small);
        BOOST_TEST(copy.verify().empty());
        BOOST_TEST(copy.revisions.head() == has);
        commit(copy, "after.pan", "it goes on");
    }
    stop = true;
    threads.clear();
    BOOST_TEST(s.verify().empty());
    // Checkpoints are taken again.
    s.database.env().checkpoint();
    BOOST_CHECK_THROW(s.backup(copies.path() + "/0"), Error);
}

BOOST_AUTO_TEST_CASE(a_copy_that_is_not_good_is_no_backup) {
    ScratchDir dir;
    Store s(dir.path(), small);
    commit(s, "a.pan", "1");
    s.database.env().update([&](bdb::Txn& t) {
        s.contents.put(t, Packed{.hash = hash_of("what it is not"), .gzip = "damaged"});
    });
    std::string said = message_of([&] { s.backup(dir.path() + "/b"); });
    BOOST_TEST(said == fmt::format("74 the copy is damaged: content: {} is damaged",
                                   to_hex(hash_of("what it is not"))));
    BOOST_TEST(!std::filesystem::exists(dir.path() + "/b"));
    BOOST_TEST(!std::filesystem::exists(dir.path() + "/b.partial"));
}

BOOST_AUTO_TEST_CASE(a_log_that_was_emptied_or_deleted_is_said_and_nothing_begins_anew) {
    for (bool killed : {false, true})
        for (bool deleted : {false, true}) {
            ScratchDir dir;
            std::string store = dir.path() + "/store", data = store + "/data";
            {
                Store s(killed ? dir.path() + "/running" : store, small);
                for (int i = 0; i < 5; i++)
                    commit(s, "a.pan", std::to_string(i));
                if (killed)
                    as_killed(dir.path() + "/running", store);
            }
            for (auto& f : std::filesystem::directory_iterator(data))
                if (f.path().filename().string().starts_with("log.")) {
                    if (deleted)
                        std::filesystem::remove(f.path());
                    else
                        cut(f.path());
                }
            BOOST_TEST(message_of([&] { Store s(store, small); }) ==
                       fmt::format("74 the log of the store '{}' is {}", data,
                                   deleted ? "missing" : "empty"));
        }
}

BOOST_AUTO_TEST_CASE(a_log_that_ends_before_the_newest_revision_is_said) {
    ScratchDir dir;
    std::string store = dir.path() + "/store", data = store + "/data";
    {
        Store s(dir.path() + "/running", small);
        commit(s, "a.pan", "1");
        as_killed(dir.path() + "/running", dir.path() + "/early");
        commit(s, "a.pan", "2");
        commit(s, "a.pan", "3");
        as_killed(dir.path() + "/running", store);
    }
    const char* log = "/data/log.0000000001";
    std::filesystem::copy_file(dir.path() + "/early" + log, store + log,
                               std::filesystem::copy_options::overwrite_existing);
    BOOST_TEST(
        message_of([&] { Store s(store, small); }) ==
        fmt::format("74 the store '{}' has revision 1, but revision 3 was committed: its log "
                    "or its tables were lost",
                    store));
    std::filesystem::remove(data + "/newest");  // as the hint says
    Store s(store, small);
    BOOST_TEST(s.revisions.head() == 1u);
    BOOST_TEST(s.verify().empty());
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_version_or_of_something_else_is_said) {
    ScratchDir dir;
    std::string store = dir.path() + "/store", data = store + "/data";
    {
        Store s(store, small);
        commit(s, "a.pan", "1");
    }
    {
        bdb::Env env(data, small);
        bdb::Table meta = env.table("meta");
        env.update([&](bdb::Txn& t) { meta.put(t, "format", number_key(99)); });
    }
    std::string said = message_of([&] { Store s(store, small); });
    BOOST_TEST(said.find("74 the store '" + store + "' has format 99, this program knows ") == 0);
    write_file(data + "/tag.db", "this is no table of ours, whatever it is\n");
    said = message_of([&] { Store s(store, small); });
    BOOST_TEST(said.find("74 cannot open the table 'tag' in '" + data + "'") == 0);
}

BOOST_AUTO_TEST_CASE(any_file_of_the_store_cut_or_overwritten_is_a_sentence_or_found_by_verify) {
    ScratchDir dir;
    std::string good = dir.path() + "/good";
    {
        Store s(good, small);
        for (unsigned i = 0; i < 30; i++)
            commit(s, fmt::format("{}.pan", i), noise(i, 6000));
        s.sessions.open("a", "");
    }
    size_t said = 0, found = 0, harmless = 0;
    for (auto& f : std::filesystem::directory_iterator(good + "/data")) {
        std::string name = f.path().filename();
        if (!name.ends_with(".db") && !name.starts_with("log."))
            continue;
        for (int how = 0; how < 4; how++) {
            std::string bad = fmt::format("{}/{}-{}", dir.path(), name, how);
            as_killed(good, bad);
            std::string file = bad + "/data/" + name;
            auto size = std::filesystem::file_size(file);
            if (how == 0)
                std::filesystem::resize_file(file, size / 2);
            else if (how == 1)
                cut(file);
            else {  // in the first page; in the last one
                std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
                out.seekp(how == 2 ? 30 : long(size) - 2000);
                out << "flipped by a test";
            }
            std::string text = message_of([&] {
                Store s(bad, small);
                found += !s.verify().empty();
                harmless += s.revisions.head() == 30;
            });
            said += !text.empty();
            if (!text.empty())
                BOOST_TEST(text.starts_with("74 "), name + ": " + text);
            std::filesystem::remove_all(bad);
        }
    }
    BOOST_TEST_MESSAGE(
        fmt::format("{} said, {} found by verify, {} as before", said, found, harmless));
    BOOST_TEST(said + found > 30u);
}
