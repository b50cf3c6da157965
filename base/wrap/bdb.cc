// Berkeley DB 5.3 as a transactional data store: settings made once, every error code an Error.
#include "base/wrap/bdb.hh"

#include <db.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::bdb {

namespace {

// What the library said last on this thread: its errcall carries no context of ours.
thread_local std::string said;

void listen(const DB_ENV*, const char*, const char* message) { said = message ? message : ""; }

struct Malloced {
    DBT d{};
    Malloced() { d.flags = DB_DBT_MALLOC; }
    ~Malloced() { std::free(d.data); }
    Malloced(const Malloced&) = delete;
    std::string_view view() const { return {static_cast<const char*>(d.data), d.size}; }
};

/// Longer each time: who holds the locks may be waiting for the disk.
void pause_after_deadlock(int tries) {
    std::this_thread::sleep_for(std::chrono::microseconds(100) * (1 + tries));
}

DBT bytes(std::string_view s) {
    DBT d{};
    d.data = const_cast<char*>(s.data());
    d.size = uint32_t(s.size());
    return d;
}

}  // namespace

struct Env::Impl {
    std::string dir;
    Options options;
    DB_ENV* env = nullptr;
    bool open = false;
    std::mutex mutex;   // tables
    std::mutex upkeep;  // a checkpoint, or a backup
    std::map<std::string, std::shared_ptr<Table::Impl>> tables;
    std::atomic<uint64_t> deadlocks{0};
    std::atomic<bool> failed{false}, ballasted{false}, full{false};

    /// Throws unless the code is 0.
    void check(int code, std::string_view what) {
        if (code == 0)
            return;
        if (code == DB_LOCK_DEADLOCK || code == DB_LOCK_NOTGRANTED)
            throw Deadlock{};
        // Pages that cannot be written out fill the cache: on a full disk that is what the library
        // tells.
        if ((code == ENOMEM || code == EIO) && full)
            code = ENOSPC;
        std::string text = db_strerror(code);
        if (!said.empty())
            text += " (" + std::exchange(said, {}) + ")";
        Error e(exit_io, fmt::format("cannot {} in '{}': {}", what, dir, text));
        if (code == EMFILE || code == ENFILE)
            e.hint = "raise the limit of open files: 'ulimit -n', LimitNOFILE= of the service";
        if (code == ENOSPC || code == EDQUOT)
            e.hint = "free some space and run it again; nothing was lost";
        if (code == DB_RUNRECOVERY) {
            failed = true;
            e.hint =
                "free some space or look at the disk, then start the server again: it recovers by "
                "itself";
        }
        // What cannot be mended by trying again: a page or log that is not what was written.
        for (const char* sign : {"checksum", "past end of log", "LSN", "log version", "magic",
                                 "unsupported", "unexpected file type", "Invalid log file"})
            if (text.find(sign) != std::string::npos)
                e.hint = "a file of the store is damaged or foreign: put a backup in its place";
        throw e;
    }

    /// Bytes free for us; very many when the system does not say: the write itself will tell.
    uint64_t room() const {
        struct statvfs v {};
        return statvfs(dir.c_str(), &v) ? UINT64_MAX : uint64_t(v.f_bavail) * v.f_frsize;
    }

    // Changed pages wait in memory. When the disk fills under them the library can neither write
    // nor drop them, and even a reader waits for a page. So their room is taken beforehand, by a
    // file that goes when a write fails.
    std::string ballast() const { return dir + "/ballast"; }
    // A smaller one is kept for the next start: recovery fills the rest of the last log with zeros
    // and writes pages, and by then the first may be gone.
    std::string start_ballast() const { return dir + "/ballast-start"; }
    uint64_t start_ballast_size() const { return options.cache / 4 + options.log_file; }
    /// As large as the cache, which the library makes a quarter larger than asked, and the log's
    /// buffer.
    uint64_t ballast_size() const { return options.cache + options.cache / 4 + log_buffer(); }
    uint32_t log_buffer() const {
        return uint32_t(std::min<size_t>(options.log_file / 4, size_t(2) << 20));
    }
    void drop_ballast() {
        if (!ballasted.exchange(false))
            return;
        full = room() < (uint64_t(4) << 20);  // else the disk itself is bad
        unlink(ballast().c_str());
    }
    /// False when there is no room for it.
    bool take_ballast() {
        if (ballasted)
            return true;
        std::lock_guard hold(mutex);
        if (!take(ballast(), ballast_size()))
            return false;
        full = false;
        return ballasted = true;
    }
    static bool take(const std::string& path, uint64_t size) {
        Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        if (file && posix_fallocate(file.get(), 0, off_t(size)) == 0)
            return true;
        unlink(path.c_str());
        return false;
    }
    /// As much of it as there is room for.
    void take_start_ballast() {
        for (uint64_t size = start_ballast_size(); size >= (64u << 10); size /= 2)
            if (take(start_ballast(), size))
                return;
    }
    /// Tables without the log that they follow from are not opened: what is in the log alone would
    /// be lost without a word.
    void need_log() const {
        bool tables = false, logs = false;
        uint64_t bytes = 0;
        std::error_code ec;
        for (auto& f : std::filesystem::directory_iterator(dir, ec)) {
            std::string name = f.path().filename();
            tables |= name.ends_with(".db");
            if (!name.starts_with("log."))
                continue;
            logs = true;
            bytes += f.file_size(ec);
        }
        if (tables && !bytes)
            throw Error(
                exit_io,
                fmt::format("the log of the store '{}' is {}", dir, logs ? "empty" : "missing"), {},
                "the tables alone are not the store: put a backup in its place");
    }
    void checkpoint(std::string_view what) { check(env->txn_checkpoint(env, 0, 0, 0), what); }
    void need_space() {
        uint64_t need = options.reserve;
        if (!ballasted) {
            // What waited in memory while the disk was full comes first.
            if (room() >= need + ballast_size()) {
                std::unique_lock hold(upkeep, std::try_to_lock);
                if (hold && env->txn_checkpoint(env, 0, 0, 0) == 0 && take_ballast())
                    return need_space();
            }
            need += ballast_size();
        } else if (room() >= need) {
            return;
        }
        throw Error(exit_io,
                    fmt::format("cannot write to '{}': only {} KiB are free, {} KiB must be", dir,
                                room() >> 10, need >> 10),
                    {}, "free some space and run it again; nothing was lost");
    }

    ~Impl();
};

struct Table::Impl {
    std::string name;
    DB* db = nullptr;
    Env::Impl* owner = nullptr;
    ~Impl() {
        if (db)
            db->close(db, 0);
    }
};

struct Txn::Impl {
    DB_TXN* txn = nullptr;
    std::shared_ptr<Env::Impl> env;
    ~Impl() {
        if (txn)
            txn->abort(txn);
    }
};

struct Cursor::Impl {
    DBC* cursor = nullptr;
    DB_TXN* txn = nullptr;
    std::shared_ptr<Table::Impl> table;
    void open() {
        table->owner->check(table->db->cursor(table->db, txn, &cursor, 0),
                            "read from '" + table->name + "'");
    }
    ~Impl() {
        if (cursor)
            cursor->close(cursor);
    }
};

Env::Impl::~Impl() {
    for (auto& [name, t] : tables)
        if (t->db)
            t->db->close(std::exchange(t->db, nullptr), 0);
    if (open && !failed)
        env->txn_checkpoint(env, 0, 0, 0);
    if (env)
        env->close(env, 0);
}

Env::Env(const std::string& dir, const Options& options) : p_(std::make_shared<Impl>()) {
    p_->dir = dir;
    p_->options = options;
    p_->options.log_file = std::min(options.log_file, std::max<size_t>(options.cache / 4, 1 << 20));
    make_dirs(dir, 0700);
    p_->need_log();
    p_->check(db_env_create(&p_->env, 0), "make a store");
    DB_ENV* e = p_->env;
    e->set_errcall(e, listen);
    e->app_private = p_.get();
    e->set_event_notify(e, [](DB_ENV* env, uint32_t event, void*) {
        auto* p = static_cast<Impl*>(env->app_private);
        if (event == DB_EVENT_PANIC)
            p->failed = true;
        if (event == DB_EVENT_WRITE_FAILED)
            p->drop_ballast();
    });
    e->set_cachesize(e, uint32_t(options.cache >> 30), uint32_t(options.cache & ((1u << 30) - 1)),
                     1);
    e->set_lg_max(e, uint32_t(p_->options.log_file));
    e->set_lg_bsize(e, p_->log_buffer());
    e->set_lk_detect(e, DB_LOCK_DEFAULT);
    // A commit of everything locks every page it writes; tables of this size cost nothing until
    // used.
    e->set_lk_max_locks(e, 1000000);
    e->set_lk_max_objects(e, 1000000);
    e->set_lk_max_lockers(e, 10000);
    e->set_tx_max(e, 1000);
    // DB_PRIVATE: the shared regions live in this process, so nothing stale is left behind by a
    // kill, and DB_RECOVER may run at every start: the owner's lock says that there is no second
    // process.
    uint32_t flags = DB_CREATE | DB_INIT_TXN | DB_INIT_LOG | DB_INIT_LOCK | DB_INIT_MPOOL |
                     DB_PRIVATE | DB_THREAD |
                     (options.catastrophic ? DB_RECOVER_FATAL : DB_RECOVER);
    p_->ballasted = options.keep_room;  // one may be left from before; recovery may need its room
    if (p_->room() < 2 * p_->start_ballast_size())
        unlink(p_->start_ballast().c_str());
    p_->check(e->open(e, dir.c_str(), flags, 0600), "open the store");
    p_->open = true;
    if (!options.keep_room) {
        p_->ballasted = true;
        return;
    }
    p_->take_start_ballast();
    p_->ballasted = false;
    p_->take_ballast();
}

Env::~Env() = default;

Table Env::table(const std::string& name) {
    std::lock_guard hold(p_->mutex);
    auto known = p_->tables.find(name);
    if (known == p_->tables.end()) {
        auto fresh = std::make_shared<Table::Impl>();
        fresh->name = name;
        fresh->owner = p_.get();
        p_->check(db_create(&fresh->db, p_->env, 0), "make a table");
        fresh->db->set_flags(fresh->db, DB_CHKSUM);
        uint32_t flags = DB_CREATE | DB_AUTO_COMMIT | DB_THREAD;
        p_->check(fresh->db->open(fresh->db, nullptr, (name + ".db").c_str(), nullptr, DB_BTREE,
                                  flags, 0600),
                  "open the table '" + name + "'");
        known = p_->tables.emplace(name, std::move(fresh)).first;
    }
    return Table(known->second);
}

Txn Env::begin() {
    p_->need_space();
    auto t = std::make_unique<Txn::Impl>();
    t->env = p_;
    p_->check(p_->env->txn_begin(p_->env, nullptr, &t->txn, 0), "begin a transaction");
    return Txn(std::move(t));
}

void Env::wait_after_deadlock(int tries) {
    p_->deadlocks++;
    if (tries >= 200)
        throw Error(exit_try_later, fmt::format("the store '{}' is too busy", p_->dir));
    pause_after_deadlock(tries);
}

uint64_t Env::deadlocks() const { return p_->deadlocks; }
bool Env::failed() const { return p_->failed; }

bool Env::writable() const { return p_->ballasted && p_->room() >= p_->options.reserve; }

void Env::checkpoint() {
    std::unique_lock hold(p_->upkeep, std::try_to_lock);
    if (!hold)
        return;
    p_->checkpoint("checkpoint");
    p_->check(p_->env->log_archive(p_->env, nullptr, DB_ARCH_REMOVE), "remove old logs");
}

void Env::backup(const std::string& dir, uint64_t rate) {
    make_dirs(dir, 0700);
    if (!std::filesystem::is_empty(dir))
        throw Error(exit_usage, "the folder '" + dir + "' is not empty");
    std::lock_guard hold(p_->upkeep);
    constexpr uint32_t pages = 16, page = 4096;
    p_->env->set_backup_config(p_->env, DB_BACKUP_READ_COUNT, pages);
    p_->env->set_backup_config(p_->env, DB_BACKUP_READ_SLEEP,
                               rate ? uint32_t(uint64_t(pages) * page * 1000000 / rate) : 0);
    p_->check(p_->env->backup(p_->env, dir.c_str(), DB_CREATE | DB_EXCL),
              "copy the store to '" + dir + "'");
}

Txn::Txn(std::unique_ptr<Impl> p) : p_(std::move(p)) {}
Txn::Txn(Txn&&) noexcept = default;
Txn::~Txn() = default;

void Txn::commit() {
    // Whatever it answers, the library has done with the handle.
    DB_TXN* t = std::exchange(p_->txn, nullptr);
    p_->env->check(t->commit(t, 0), "commit");
}

static DB_TXN* raw(auto* impl) { return impl ? impl->txn : nullptr; }

std::optional<std::string> Table::get(const Txn* t, std::string_view key) const {
    DBT k = bytes(key);
    for (int tries = 0;; tries++) {
        Malloced v;
        int code = p_->db->get(p_->db, t ? raw(t->p_.get()) : nullptr, &k, &v.d, 0);
        if (code == DB_NOTFOUND)
            return std::nullopt;
        // A reader outside a transaction may be chosen as the victim too; it just asks again.
        if (code == DB_LOCK_DEADLOCK && !t && tries < 200) {
            pause_after_deadlock(tries);
            continue;
        }
        p_->owner->check(code, "read from '" + p_->name + "'");
        return std::string(v.view());
    }
}

bool Table::has(const Txn* t, std::string_view key) const { return get(t, key).has_value(); }

void Table::put(Txn& t, std::string_view key, std::string_view value) const {
    DBT k = bytes(key), v = bytes(value);
    p_->owner->check(p_->db->put(p_->db, raw(t.p_.get()), &k, &v, 0),
                     "write to '" + p_->name + "'");
}

bool Table::add(Txn& t, std::string_view key, std::string_view value) const {
    DBT k = bytes(key), v = bytes(value);
    int code = p_->db->put(p_->db, raw(t.p_.get()), &k, &v, DB_NOOVERWRITE);
    if (code == DB_KEYEXIST)
        return false;
    p_->owner->check(code, "write to '" + p_->name + "'");
    return true;
}

bool Table::erase(Txn& t, std::string_view key) const {
    DBT k = bytes(key);
    int code = p_->db->del(p_->db, raw(t.p_.get()), &k, 0);
    if (code == DB_NOTFOUND)
        return false;
    p_->owner->check(code, "remove from '" + p_->name + "'");
    return true;
}

void Table::each(const Txn* t, std::string_view prefix,
                 const std::function<bool(std::string_view, std::string_view)>& visit) const {
    Cursor c(*this, t);
    for (bool more = c.seek(prefix); more && c.key().starts_with(prefix); more = c.next())
        if (!visit(c.key(), c.value()))
            return;
}

Cursor::Cursor(const Table& table, const Txn* t) : p_(std::make_unique<Impl>()) {
    p_->table = table.p_;
    p_->txn = t ? raw(t->p_.get()) : nullptr;
    p_->open();
}

Cursor::~Cursor() = default;

bool Cursor::move(unsigned how) {
    for (int tries = 0;; tries++) {
        Malloced k, v;
        // DB_SET_RANGE reads the key it starts from; the answer comes back in memory of its own.
        std::string from = key_;
        if (how == DB_SET_RANGE) {
            k.d = bytes(from);
            k.d.flags = DB_DBT_MALLOC;
        }
        int code = p_->cursor->get(p_->cursor, &k.d, &v.d, how);
        if (k.d.data == from.data())
            k.d.data = nullptr;
        if (code == DB_NOTFOUND)
            return false;
        if (code == DB_LOCK_DEADLOCK && !p_->txn && tries < 200) {
            // Nobody runs a plain reader again: let go of all locks, go back to where it stood, try
            // again.
            DBC* old = std::exchange(p_->cursor, nullptr);
            old->close(old);
            pause_after_deadlock(tries);
            p_->open();
            if (how != DB_NEXT && how != DB_PREV)
                continue;
            std::string stood = key_;
            if (!move(DB_SET_RANGE))
                return how == DB_PREV && move(DB_LAST);
            if (key_ != stood && how == DB_NEXT)
                return true;  // it was removed meanwhile; this one comes after it
            continue;
        }
        p_->table->owner->check(code, "read from '" + p_->table->name + "'");
        key_ = k.view();
        value_ = v.view();
        return true;
    }
}

bool Cursor::seek(std::string_view key) {
    key_ = key;
    return move(DB_SET_RANGE);
}

bool Cursor::seek_last(std::string_view key) {
    if (!seek(key))
        return last();
    return key_ == key || prev();
}

bool Cursor::first() { return move(DB_FIRST); }
bool Cursor::last() { return move(DB_LAST); }
bool Cursor::next() { return move(DB_NEXT); }
bool Cursor::prev() { return move(DB_PREV); }

}  // namespace weft::bdb
