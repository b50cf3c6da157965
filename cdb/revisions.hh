// The revisions: what each changed, the files of any of them, the profiles that each published, and
// the names that revisions have.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/records.hh"

namespace weft::cdb {

class Contents;
class Database;

class Revisions {
public:
    Revisions(Database&, const Contents&);
    ~Revisions();

    // ---- revisions and files
    uint64_t head() const;
    std::optional<Revision> find(uint64_t number) const;
    /// Newest first, from `before` (exclusive; 0: the head), at most `limit`.
    std::vector<Revision> log(uint64_t before, size_t limit) const;
    /// Oldest first; all of them.
    void each(const std::function<void(const Revision&)>&) const;
    /// Every file of a revision; the head's is cheap.
    Tree tree(uint64_t revision) const;
    /// Empty: no such file then.
    Hash file_at(std::string_view path, uint64_t revision, const bdb::Txn* = nullptr) const;
    /// Which revision changed the path last, up to `revision`; 0: none.
    uint64_t changed_at(std::string_view path, uint64_t revision) const;
    /// Those of all files, of any revision, whose path the function lets through.
    std::unordered_set<Hash> contents_of(const std::function<bool(std::string_view path)>&) const;
    /// The revision a commit with this key made.
    std::optional<uint64_t> once(std::string_view author, std::string_view key) const;
    /// The oldest of the newest revisions that are all from that time or later; one after the head:
    /// none is.
    uint64_t first_since(int64_t time) const;

    // ---- profiles
    std::optional<Profile> profile(std::string_view object) const;
    std::optional<Profile> profile_at(std::string_view object, uint64_t revision) const;
    /// Everything published, by object.
    std::vector<Profile> profiles() const;
    /// Everything that was ever published, by object, then revision; xml empty when withdrawn.
    void each_published(const std::function<void(std::string_view object, uint64_t revision,
                                                 const Profile&)>&) const;
    /// Profiles of before this revision may be gone; 0: none is.
    uint64_t pruned() const;

    // ---- names of revisions
    /// A number, "head", or a tag; Error(65) when there is no such revision.
    uint64_t named(std::string_view name) const;
    /// Error(65) for a name that is no tag's.
    void put_tag(Tag);
    bool drop_tag(std::string_view name, std::string who);
    std::vector<Tag> tags() const;

    // ---- in the transaction of a commit or promotion
    uint64_t head(const bdb::Txn&) const;
    /// A file of this revision; nothing when it was so before.
    void change(bdb::Txn&, Revision&, const std::string& path, const Hash& after);
    /// A profile of this revision, empty hashes when it is withdrawn. What is published from now
    /// on, when its text changed.
    ///   after   its time is later than this, and than any that it ever had
    std::optional<Profile> publish(bdb::Txn&, Revision&, const std::string& object, const Hash& xml,
                                   const Hash& origins, int64_t after);
    /// The revision is complete: the newest there is.
    void append(bdb::Txn&, const Revision&);
    void put_once(bdb::Txn&, std::string_view who, std::string_view key, uint64_t revision);
    void set_pruned(bdb::Txn&, uint64_t before);
    /// Make the head's files, their history and what is published anew.
    void rebuild(bdb::Txn&);

    /// Every revision played from the first leaves what the tables have.
    void verify(std::vector<std::string>& wrong) const;

private:
    struct Fields;
    std::unique_ptr<Fields> f_;
};

}  // namespace weft::cdb
