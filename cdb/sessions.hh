// What is not in a revision yet: sessions with their edits, and the locks that ask others to leave
// a path alone.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/records.hh"

namespace weft::cdb {

class Database;
class Revisions;

class Sessions {
public:
    Sessions(Database&, const Revisions&);
    ~Sessions();

    Session open(std::string owner, std::string comment);
    std::optional<Session> find(std::string_view id) const;
    std::vector<Session> all() const;
    std::vector<Edit> edits(std::string_view id) const;
    std::optional<Edit> edit(std::string_view id, std::string_view path) const;
    /// Put or remove files in a session; an edit that restores what the base has is dropped. The
    /// edits' base is filled in.
    void put_edits(std::string_view id, std::vector<Edit> edits);
    /// Forget the changes of these paths; all when empty.
    void drop_edits(std::string_view id, const std::vector<std::string>& paths);
    bool close(std::string_view id);
    /// In the transaction of its commit. Error(1) when it was touched since.
    ///   touched   Session::touched as its edits were read; 0: whenever
    void commit(bdb::Txn&, std::string_view id, int64_t touched);
    /// Close the sessions nobody touched for so many seconds; the ones that were.
    std::vector<Session> expire(int64_t seconds);

    // ---- locks
    /// Take or renew one. Error(1) when another's covers the path, or is below it.
    void put_lock(PathLock);
    /// False when there is none. Error(77) when it is another's, unless `force`.
    bool drop_lock(std::string_view path, const std::string& who, bool force);
    /// Those that have not expired, by path.
    std::vector<PathLock> locks() const;

    /// Every edit belongs to a session.
    void verify(std::vector<std::string>& wrong) const;

private:
    void erase(bdb::Txn&, std::string_view id);
    struct Fields;
    std::unique_ptr<Fields> f_;
};

}  // namespace weft::cdb
