// The environment that the five stores share: one folder, one lock, one clock, one kind of
// transaction (bdb::Txn), and the audit log, which every change writes to in its own transaction.
//
// One process owns a store (a lock); inside it any thread may call.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/records.hh"

namespace weft::cdb {

struct Tables;

class Database {
public:
    /// Opens, makes when missing, recovers. Error(75) when another process has it.
    ///   now   the clock, seconds since the epoch
    Database(const std::string& dir, const bdb::Options&, std::function<int64_t()> now);
    ~Database();
    Database(const Database&) = delete;

    const std::string& dir() const;
    int64_t now() const;
    bdb::Env& env();
    const Tables& tables() const;
    /// That revision is on the disk. At the next start the store has it, or says that it was lost.
    void committed(uint64_t revision);
    /// Held by who writes a revision, or looks at the store while none may be written.
    std::mutex& commit_lock();
    /// Held while a backup is made.
    std::mutex& backup_lock();

    /// A line of the audit log, in a transaction of its own or in the caller's.
    void audit(std::string who, std::string action, std::string detail);
    void audit(bdb::Txn&, std::string who, std::string action, std::string detail);
    std::vector<AuditLine> audit_log(uint64_t before, size_t limit) const;

    /// The chain of the audit log, line by line.
    void verify(std::vector<std::string>& wrong) const;

private:
    void check_newest();
    struct Fields;
    std::unique_ptr<Fields> f_;
};

}  // namespace weft::cdb
