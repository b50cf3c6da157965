// The transactional store: order, all or nothing, deadlocks resolved, a kill survived, a full disk
// refused.
#include "t/tap.hh"

#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/bdb.hh"

using namespace weft;

static std::string keys(const bdb::Table& t, std::string_view prefix = {}) {
    std::string all;
    t.each(nullptr, prefix, [&](std::string_view k, std::string_view v) {
        all.append(k).append("=").append(v).append(" ");
        return true;
    });
    return all;
}

BOOST_AUTO_TEST_CASE(pairs_come_back_in_byte_order_and_by_prefix) {
    ScratchDir dir;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t");
    env.update([&](bdb::Txn& x) {
        for (const char* k : {"b/2", "a", "b/1", "c", ""})
            t.put(x, k, "v");
        t.put(x, "b/1", std::string("\0\xff", 2));
    });
    BOOST_TEST(keys(t, "b/") == std::string("b/1=\0\xff b/2=v ", 13));
    BOOST_TEST(*t.get(nullptr, "a") == "v");
    BOOST_TEST(*t.get(nullptr, "") == "v");
    BOOST_TEST(!t.get(nullptr, "aa"));

    bdb::Cursor c(t, nullptr);
    BOOST_TEST((c.seek_last("b/1x") && c.key() == "b/1"));
    BOOST_TEST((c.seek_last("b/2") && c.key() == "b/2"));
    BOOST_TEST((c.seek_last("zzz") && c.key() == "c"));
    BOOST_TEST((c.last() && c.key() == "c" && !c.next()));
    BOOST_TEST((c.seek("b") && c.key() == "b/1" && c.prev() && c.key() == "a"));
}

BOOST_AUTO_TEST_CASE(add_keeps_what_is_there_and_erase_says_whether_it_was) {
    ScratchDir dir;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t");
    env.update([&](bdb::Txn& x) {
        BOOST_TEST(t.add(x, "k", "1"));
        BOOST_TEST(!t.add(x, "k", "2"));
        BOOST_TEST(*t.get(&x, "k") == "1");
        BOOST_TEST(t.erase(x, "k"));
        BOOST_TEST(!t.erase(x, "k"));
    });
}

BOOST_AUTO_TEST_CASE(a_transaction_that_throws_leaves_nothing) {
    ScratchDir dir;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t"), u = env.table("u");
    env.update([&](bdb::Txn& x) { t.put(x, "k", "old"); });
    BOOST_CHECK_THROW(env.update([&](bdb::Txn& x) {
        t.put(x, "k", "new");
        u.put(x, "k", "new");
        throw Error(exit_data, "no");
    }),
                      Error);
    BOOST_TEST(keys(t) == "k=old ");
    BOOST_TEST(keys(u) == "");
}

BOOST_AUTO_TEST_CASE(two_writers_in_opposite_order_both_finish) {
    ScratchDir dir;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t"), u = env.table("u");
    env.update([&](bdb::Txn& x) {
        t.put(x, "n", "0");
        u.put(x, "n", "0");
    });
    auto count = [&](const bdb::Table& first, const bdb::Table& second) {
        for (int i = 0; i < 50; i++)
            env.update([&](bdb::Txn& x) {
                for (const bdb::Table* table : {&first, &second})
                    table->put(x, "n", std::to_string(std::stoi(*table->get(&x, "n")) + 1));
            });
    };
    {
        std::jthread a([&] { count(t, u); }), b([&] { count(u, t); });
    }
    BOOST_TEST(keys(t) == "n=100 ");
    BOOST_TEST(keys(u) == "n=100 ");
}

// The child commits pairs (n in both tables) and says each number after its commit; it is killed at
// a random moment. What was said is there, and the two tables agree.
BOOST_AUTO_TEST_CASE(what_was_committed_survives_sigkill) {
    ScratchDir dir;
    srand(unsigned(getpid()));
    int last = 0;
    for (int round = 0; round < 10; round++) {
        int out[2];
        BOOST_REQUIRE(pipe(out) == 0);
        pid_t child = fork();
        if (child == 0) {
            bdb::Env env(dir.path());
            bdb::Table t = env.table("t"), u = env.table("u");
            for (int n = last + 1;; n++) {
                std::string key = fmt::format("{:08}", n);
                env.update([&](bdb::Txn& x) {
                    t.put(x, key, std::string(5000, 'x'));
                    u.put(x, key, "y");
                });
                if (n % 10 == 0)
                    env.checkpoint();
                if (::write(out[1], &n, sizeof n) < 0)
                    _exit(1);
            }
        }
        close(out[1]);
        int n;
        for (int wanted = 3 + rand() % 10; wanted && read(out[0], &n, sizeof n) == sizeof n;
             wanted--)
            last = n;
        usleep(unsigned(rand() % 3000));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        while (read(out[0], &n, sizeof n) == sizeof n)
            last = n;
        close(out[0]);

        bdb::Env env(dir.path());
        bdb::Table t = env.table("t"), u = env.table("u");
        int rows = 0;
        t.each(nullptr, {}, [&](auto k, auto) {
            rows++;
            return u.has(nullptr, k);
        });
        BOOST_TEST(rows >= last);
        BOOST_TEST(rows <= last + 1);
        last = rows;
    }
}

BOOST_AUTO_TEST_CASE(a_backup_taken_while_writing_opens_and_is_whole) {
    ScratchDir dir, copy;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t"), u = env.table("u");
    std::jthread writer([&](std::stop_token stop) {
        for (int n = 0; !stop.stop_requested(); n++)
            env.update([&](bdb::Txn& x) {
                t.put(x, std::to_string(n), "1");
                u.put(x, std::to_string(n), "1");
            });
    });
    while (!t.has(nullptr, "20"))
        std::this_thread::yield();
    env.backup(copy.path() + "/b");
    writer.request_stop();
    writer.join();
    bdb::Env other(copy.path() + "/b");
    BOOST_TEST(keys(other.table("t")).size() == keys(other.table("u")).size());
    BOOST_TEST(other.table("t").has(nullptr, "20"));
    BOOST_CHECK_THROW(env.backup(copy.path() + "/b"), Error);
}

BOOST_AUTO_TEST_CASE(old_logs_go_away_at_a_checkpoint) {
    ScratchDir dir;
    bdb::Env env(dir.path(), {.cache = 4 << 20, .log_file = 1 << 20});
    bdb::Table t = env.table("t");
    for (int n = 0; n < 40; n++)
        env.update([&](bdb::Txn& x) { t.put(x, "k", std::string(100000, char('a' + n % 26))); });
    auto logs = [&] {
        int count = 0;
        for (auto& f : std::filesystem::directory_iterator(dir.path()))
            count += f.path().filename().string().starts_with("log.");
        return count;
    };
    BOOST_TEST(logs() > 2);
    env.checkpoint();
    BOOST_TEST(logs() <= 2);
}

// Needs a small file system of its own; without root the refusal by the reserve is what can be
// shown.
BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_that_loses_nothing) {
    ScratchDir dir;
    BOOST_CHECK_EXCEPTION(bdb::Env(dir.path() + "/r", {.reserve = size_t(1) << 60}).begin(), Error,
                          [](const Error& e) {
                              return e.status == exit_io &&
                                     e.message.find("must be") != std::string::npos &&
                                     !e.hint.empty();
                          });
    std::string small = dir.path() + "/small";
    make_dirs(small);
    if (geteuid() != 0 || mount("tmpfs", small.c_str(), "tmpfs", 0, "size=8m")) {
        BOOST_TEST_MESSAGE("no tmpfs can be mounted: skipped");
        return;
    }
    int done = 0;
    std::string why;
    {
        bdb::Env env(small + "/s", {.cache = 1 << 20, .log_file = 1 << 20, .reserve = 0});
        bdb::Table t = env.table("t");
        for (; why.empty() && done < 1000; done++) {
            try {
                env.update([&](bdb::Txn& x) {
                    t.put(x, fmt::format("{:06}", done), std::string(50000, 'x'));
                });
            } catch (const Error& e) {
                why = e.message;
                break;
            }
        }
    }
    // The write that failed, or, when the ballast gave its room to that one, the update after it.
    BOOST_TEST((why.find("No space left") != std::string::npos ||
                why.find("KiB must be") != std::string::npos),
               why);
    BOOST_TEST(done > 5);
    // With room again everything acknowledged is there.
    BOOST_REQUIRE(mount("tmpfs", small.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
    int rows = 0;
    {
        bdb::Env env(small + "/s", {.cache = 1 << 20});
        env.table("t").each(nullptr, {}, [&](auto, auto) { return ++rows; });
    }
    BOOST_TEST(rows == done);
    umount2(small.c_str(), MNT_DETACH);
}

BOOST_AUTO_TEST_CASE(a_reader_walks_to_the_end_while_others_write) {
    ScratchDir dir;
    bdb::Env env(dir.path());
    bdb::Table t = env.table("t");
    env.update([&](bdb::Txn& x) {
        for (int i = 0; i < 2000; i++)
            t.put(x, fmt::format("{:05}", i * 2), std::string(50, 'a'));
    });
    std::jthread writer([&](std::stop_token stop) {
        for (int n = 0; !stop.stop_requested(); n++)
            env.update([&](bdb::Txn& x) {
                for (int i = 20; i-- > 0;)
                    t.put(x, fmt::format("{:05}", (n * 31 + i * 97) % 2000 * 2 + 1),
                          std::string(200, 'b'));
            });
    });
    for (int round = 0; round < 20; round++) {
        int even = 0;
        t.each(nullptr, {}, [&](std::string_view, std::string_view v) {
            even += v[0] == 'a';
            return true;
        });
        BOOST_TEST(even == 2000);
    }
}
