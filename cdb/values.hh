// What is derived from the profiles of the head and can be made again: which value each path has on
// which node, and what each object's value was made from.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/records.hh"

namespace weft::cdb {

class Contents;
class Database;
class Revisions;
struct Landing;

/// An object's place in the columns of values.
struct ObjectSlot {
    std::string object, node;
    uint64_t revision = 0;  ///< of its profile; 0: withdrawn
};
using ObjectSlots = std::shared_ptr<const std::vector<ObjectSlot>>;

class Values {
public:
    Values(Database&, const Contents&, const Revisions&);
    ~Values();

    /// The objects by their slot, as of the last commit.
    ObjectSlots slots() const;
    /// The encoded Column of every path that begins with `prefix`, in order, until the function
    /// answers false.
    void each_column(
        std::string_view prefix,
        const std::function<bool(std::string_view path, std::string_view column)>&) const;
    /// The objects that have this need, by name.
    std::vector<std::string> objects_needing(const Need&) const;
    std::vector<Need> needs_of(std::string_view object) const;

    // ---- in the transaction of a commit
    /// What memory has to learn when the transaction is done; made anew by each attempt.
    struct Learned {
        std::vector<std::string> names;  ///< that got an id
        std::vector<ObjectSlot> slots;
    };
    Learned index(bdb::Txn&, const Landing&, const Revision&);
    void learn(Learned);

    /// Make the columns anew from the profiles.
    void rebuild();
    /// Make the needs anew, from what compiling every object of the head gave.
    void rebuild_needs(bdb::Txn&, const Landing& compiled);
    /// Read again what is kept in memory: after a rebuild, or one that failed.
    void load();

    /// The needs and the columns follow from the profiles.
    void verify(std::vector<std::string>& wrong) const;

private:
    struct Moves;
    void index_columns(bdb::Txn&, const Landing&, const Revision&, std::vector<ObjectSlot>&);
    void write(bdb::Txn&, const Moves&);
    void load_slots();
    void verify_columns(std::vector<std::string>& wrong) const;
    struct Fields;
    std::unique_ptr<Fields> f_;
};

}  // namespace weft::cdb
