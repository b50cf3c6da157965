// The environment of the five stores, its lock and the audit log.
#include "cdb/database.hh"

#include <fmt/core.h>

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
    table.each(&t, {}, [&](auto key, auto) { return keys.emplace_back(key), true; });
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
    std::mutex commit_lock = {};

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
    if (auto f = meta_number(f_->tables.meta, nullptr, "format"); f > store_format)
        throw Error(exit_io, fmt::format("the store '{}' has format {}, this program knows {}", dir,
                                         f, store_format));
    else if (!f)
        env().update(
            [&](bdb::Txn& t) { f_->tables.meta.put(t, "format", number_key(store_format)); });
}

Database::~Database() = default;

const std::string& Database::dir() const { return f_->dir; }
int64_t Database::now() const { return f_->now(); }
bdb::Env& Database::env() { return f_->env; }
const Tables& Database::tables() const { return f_->tables; }
std::mutex& Database::commit_lock() { return f_->commit_lock; }

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
