// The environment of the five stores, its lock and the audit log.
#include "cdb/database.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <ctime>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

static constexpr uint64_t store_format = 1;

uint64_t meta_number(const bdb::Table& meta, const bdb::Txn* t, std::string_view name) {
    auto v = meta.get(t, name);
    return v ? key_number(*v) : 0;
}

void clear(bdb::Txn& t, const bdb::Table& table) {
    std::vector<std::string> keys;
    table.each(&t, {}, [&](auto key, auto) {
        keys.emplace_back(key);
        return true;
    });
    for (auto& key : keys)
        table.erase(t, key);
}

static FileLock owner_lock(const std::string& dir) {
    make_dirs(dir, 0700);
    if (auto l = FileLock::try_lock(dir + "/lock"))
        return std::move(*l);
    std::string who = read_if_exists(dir + "/lock", 64).value_or("?");
    while (who.ends_with('\n'))
        who.pop_back();
    throw Error(exit_try_later, fmt::format("the store '{}' is in use by process {}", dir, who), {},
                "one cdbd serves a store; give the second one a store of its own");
}

struct Database::Fields {
    std::string dir;
    std::function<int64_t()> now;
    FileLock lock;
    bdb::Env env;
    Tables tables;
    std::mutex commit_lock = {}, backup_lock = {};
    Fd newest = {};  // the number of the newest revision, beside the log that has it

    Fields(const std::string& d, const bdb::Options& options, std::function<int64_t()> clock)
        : dir(d),
          now(clock ? std::move(clock) : [] { return int64_t(time(nullptr)); }),
          lock(owner_lock(d)),
          env(d + "/data", options),
          tables(env) {}
};

Database::Database(const std::string& dir, const bdb::Options& options,
                   std::function<int64_t()> now)
    : f_(std::make_unique<Fields>(dir, options, std::move(now))) {
    check_newest();
    if (auto f = meta_number(f_->tables.meta, nullptr, "format"); f > store_format)
        throw Error(exit_io,
                    fmt::format("the store '{}' has format {}, this program knows {}", dir, f,
                                store_format),
                    {}, "it was written by a newer cdbd: start that one");
    else if (!f)
        env().update(
            [&](bdb::Txn& t) { f_->tables.meta.put(t, "format", number_key(store_format)); });
}

static constexpr size_t newest_size = 21;  // 20 digits and a line end: overwritten in place

/// A log that was emptied or lost looks to the library like one of before the first commit.
void Database::check_newest() {
    std::string path = f_->dir + "/data/newest";
    uint64_t head = meta_number(f_->tables.meta, nullptr, "head");
    std::string text = read_if_exists(path, newest_size).value_or("");
    uint64_t was = std::strtoull(text.c_str(), nullptr, 10);
    if (was > head)
        throw Error(exit_io,
                    fmt::format("the store '{}' has revision {}, but revision {} was committed: "
                                "its log or its tables were lost",
                                f_->dir, head, was),
                    {},
                    fmt::format("put a backup in its place; to go on without the later revisions, "
                                "remove '{}'",
                                path));
    f_->newest = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    committed(head);
}

void Database::committed(uint64_t revision) {
    std::string text = fmt::format("{:020}\n", revision);
    // Not waited for: the page cache survives a kill, and after a power failure an older number
    // is true as well.
    if (f_->newest && pwrite(f_->newest.get(), text.data(), text.size(), 0) < 0)
        f_->newest = Fd();  // a full disk at the first start: without it nothing is checked
}

Database::~Database() = default;

const std::string& Database::dir() const { return f_->dir; }
int64_t Database::now() const { return f_->now(); }
bdb::Env& Database::env() { return f_->env; }
const Tables& Database::tables() const { return f_->tables; }
std::mutex& Database::commit_lock() { return f_->commit_lock; }
std::mutex& Database::backup_lock() { return f_->backup_lock; }

void Database::audit(bdb::Txn& t, std::string who, std::string action, std::string detail) {
    uint64_t last = meta_number(f_->tables.meta, &t, "audit");
    AuditLine a{.number = last + 1,
                .time = now(),
                .who = std::move(who),
                .action = std::move(action),
                .detail = std::move(detail)};
    if (last)
        a.before = hash_of(f_->tables.audit.get(&t, number_key(last)).value_or(""));
    f_->tables.audit.put(t, number_key(a.number), a.encode());
    f_->tables.meta.put(t, "audit", number_key(a.number));
}

void Database::audit(std::string who, std::string action, std::string detail) {
    env().update([&](bdb::Txn& t) { audit(t, who, action, detail); });
}

std::vector<AuditLine> Database::audit_log(uint64_t before, size_t limit) const {
    std::vector<AuditLine> out;
    bdb::Cursor c(f_->tables.audit, nullptr);
    bool more = before ? c.seek_last(number_key(before - 1)) : c.last();
    for (; more && out.size() < limit; more = c.prev())
        out.push_back(AuditLine::decode(key_number(c.key()), c.value()));
    return out;
}

void Database::verify(std::vector<std::string>& wrong) const {
    Hash before;
    uint64_t number = 0;
    f_->tables.audit.each(
        nullptr, {}, careful(wrong, "audit", [&](std::string_view key, std::string_view bytes) {
            AuditLine a = AuditLine::decode(key_number(key), bytes);
            if (a.number != ++number || a.before != before)
                wrong.push_back(fmt::format("audit: the chain is broken at line {}", a.number));
            number = a.number;
            before = hash_of(bytes);
        }));
    if (number != meta_number(f_->tables.meta, nullptr, "audit"))
        wrong.push_back("audit: the last line is not the last one written");
}

}  // namespace weft::cdb
