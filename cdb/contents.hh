// Contents by their digest: the texts of files, of profiles and of their origins, each compressed
// and kept once.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/codec.hh"

namespace weft::cdb {

class Database;

/// A content on its way into the store.
struct Packed {
    Hash hash;
    std::string gzip;  ///< empty: the store has it already
    static Packed of(std::string_view text);
};

class Contents {
public:
    explicit Contents(Database&);
    ~Contents();

    /// Error(74) when it is not there or is not what its name says.
    std::string text(const Hash&) const;
    /// The same, still compressed (one gzip member).
    std::string gzip(const Hash&) const;
    bool has(const Hash&) const;
    /// Keep contents that a later commit will name by their hash.
    ///   limit   bytes that one may send so within an hour; Error(75) when it is more
    void put(const std::vector<Packed>&, const std::string& who, uint64_t limit = UINT64_MAX);
    /// Contents that are there already and will be named: as if they were sent now.
    void keep(const std::vector<Hash>&, const std::string& who);
    bool was_sent(const std::string& who, const Hash&) const;
    /// What a commit under way has made so far; has() does not know of it until it lands.
    void spill(const std::vector<Packed>&);
    /// Drop what was spilled and did not land. Only while no commit is under way.
    void drop_spilled();
    bool has_spilled() const;

    // ---- in the transaction of a commit
    /// Error(74) when it is not there and comes without its bytes.
    void put(bdb::Txn&, const Packed&);
    /// Is it there, spilled or not?
    bool stored(const bdb::Txn*, const Hash&) const;
    /// A commit that made these has landed.
    void landed(const std::vector<Hash>&);

    // ---- looking after the store
    /// Those sent within the last hour, by one, or by anybody when that is empty. A key ends in the
    /// content's digest.
    void each_sent(
        const bdb::Txn*, const std::string& who,
        const std::function<void(std::string_view key, int64_t time, uint64_t bytes)>&) const;
    /// Every content, compressed; drop() must not be called meanwhile.
    void each(const std::function<void(const Hash&, std::string_view gzip)>&) const;
    void drop(const std::vector<Hash>&);
    /// Forget what was sent longer than an hour ago.
    void drop_old_sent();

    /// Each is what its name says.
    void verify(std::vector<std::string>& wrong) const;

private:
    void note_sent(bdb::Txn&, const std::string& who, const Hash&, uint64_t bytes);
    struct Fields;
    std::unique_ptr<Fields> f_;
};

}  // namespace weft::cdb
