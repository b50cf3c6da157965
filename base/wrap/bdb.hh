// A transactional ordered store of byte strings: the only place that knows Berkeley DB (libdb 5.3).
//
//     bdb::Env env("/var/lib/weft/cdb/data");           // recovers what a killed process left
//     bdb::Table tree = env.table("tree");
//     env.update([&](bdb::Txn& t) { tree.put(t, "a", "1"); tree.erase(t, "b"); });
//
// Nothing of the library shows: another engine is another bdb.cc. One process at a time opens a
// store (its owner holds a lock); inside it any thread may read and write.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft::bdb {

struct Options {
    size_t cache = size_t(64) << 20;     ///< bytes of pages kept in memory
    size_t log_file = size_t(16) << 20;  ///< bytes of one log file; at most a quarter of `cache`
    size_t reserve =
        size_t(8)
        << 20;  ///< no update starts with less than this free on the disk, beside the ballast:
                ///  a file as large as the cache, so that what waits there can be written
    bool keep_room = true;      ///< take the ballast; not for a copy that is only looked at
    bool catastrophic = false;  ///< recover from the first log there is: a copy made while in use
};

/// Thrown through the body of update(), which runs it again. Never caught elsewhere.
struct Deadlock {};

class Env;

/// A transaction: all of it or nothing. Undone by its destructor unless committed.
class Txn {
public:
    Txn(Txn&&) noexcept;
    Txn& operator=(Txn&&) = delete;
    ~Txn();
    /// Durable when it returns. Error(74) when the disk is full: then nothing of it happened.
    void commit();

private:
    friend class Env;
    friend class Table;
    friend class Cursor;
    struct Impl;
    explicit Txn(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> p_;
};

/// An ordered map from bytes to bytes. A null transaction reads what is committed.
class Table {
public:
    std::optional<std::string> get(const Txn*, std::string_view key) const;
    bool has(const Txn*, std::string_view key) const;
    void put(Txn&, std::string_view key, std::string_view value) const;
    /// False when the key is there already; its value stays.
    bool add(Txn&, std::string_view key, std::string_view value) const;
    /// False when there was none.
    bool erase(Txn&, std::string_view key) const;
    /// Every pair whose key begins with `prefix`, in order, until the function answers false.
    void each(const Txn*, std::string_view prefix,
              const std::function<bool(std::string_view key, std::string_view value)>&) const;

private:
    friend class Env;
    friend class Cursor;
    struct Impl;
    explicit Table(std::shared_ptr<Impl> p) : p_(std::move(p)) {}
    std::shared_ptr<Impl> p_;
};

/// A place in a table. Short-lived: it holds a lock on the page it stands on.
class Cursor {
public:
    Cursor(const Table&, const Txn*);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    /// Each answers whether there is a pair to stand on.
    bool seek(std::string_view key);       ///< the first pair at or after the key
    bool seek_last(std::string_view key);  ///< the last pair at or before the key
    bool first();
    bool last();
    bool next();
    bool prev();
    std::string_view key() const { return key_; }
    std::string_view value() const { return value_; }

private:
    bool move(unsigned how);
    struct Impl;
    std::unique_ptr<Impl> p_;
    std::string key_, value_;
};

/// A store in a folder of its own.
class Env {
public:
    /// Opens it, makes it when missing, and runs recovery. Error(74) with the library's own words.
    explicit Env(const std::string& dir, const Options& = {});
    ~Env();
    Env(const Env&) = delete;

    /// A table by name, made when missing. All tables are opened before the first transaction.
    Table table(const std::string& name);

    Txn begin();
    /// Runs body(Txn&), commits, and answers what the body answered. Chosen as the victim of a
    /// deadlock it runs again: the body must not change anything but the store and what it answers.
    template <class F>
    auto update(F&& body) -> std::invoke_result_t<F, Txn&> {
        for (int tries = 0;; tries++) {
            try {
                Txn t = begin();
                if constexpr (std::is_void_v<std::invoke_result_t<F, Txn&>>) {
                    body(t);
                    t.commit();
                    return;
                } else {
                    auto answer = body(t);
                    t.commit();
                    return answer;
                }
            } catch (const Deadlock&) {
                wait_after_deadlock(tries);
            }
        }
    }

    /// Bring the tables up to date with the log and drop log files nobody needs. To be called now
    /// and then. Does nothing while a backup is made: recovery of the copy begins at the checkpoint
    /// that was the last one when its first page was copied, and needs all logs since.
    void checkpoint();
    /// A copy of the whole store into an empty or new folder while it is in use. It is to be opened
    /// with Options::catastrophic before anybody relies on it.
    ///   rate   bytes a second at most; 0: as fast as it goes
    void backup(const std::string& dir, uint64_t rate = 0);
    /// Is there the room that an update asks for?
    bool writable() const;
    /// Deadlocks resolved so far.
    uint64_t deadlocks() const;
    /// The library gave up (a failed disk): nothing works until the store is opened again.
    bool failed() const;

private:
    friend class Txn;
    friend class Table;
    friend class Cursor;
    void wait_after_deadlock(int tries);
    struct Impl;
    std::shared_ptr<Impl> p_;
};

}  // namespace weft::bdb
