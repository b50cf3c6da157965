// What nodes are given: of a stage what was promoted to it, of others what the head has; who is
// still to be told of it; what nodes told us.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/wrap/bdb.hh"
#include "cdb/records.hh"

namespace weft::cdb {

class Contents;
class Database;
class Revisions;

/// The nodes of a stage, or some of them, get the profiles of a revision.
struct Promotion {
    std::string stage;
    uint64_t target = 0;
    std::string author, comment;
    std::vector<std::string> canary;  ///< these only; the stage stays where it is until it goes on
    int64_t wait = 0;                 ///< seconds for the reports of these
};

/// A profile that a promotion changes.
struct Promoted {
    std::string object;
    std::optional<Profile> before, after;
};

class Stages {
public:
    Stages(Database&, const Contents&, Revisions&);
    ~Stages();

    /// By name.
    std::vector<Stage> all() const;
    std::optional<Stage> find(std::string_view name) const;
    /// A new one, at the newest revision whose profiles its nodes have: they keep what they have.
    /// Error(65), (1) when it is there already, or its nodes do not have the profiles of one
    /// revision.
    Stage add(std::string name, std::vector<std::string> nodes, const std::string& who);
    /// Error(1) unless its nodes have what they would get without it.
    void drop(std::string_view name, const std::string& who);
    /// Whose profile would change, and to what.
    std::vector<Promoted> promotion(const Stage&, uint64_t target) const;
    /// A revision that changes no file. One at a time, as a commit; the caller holds commit_lock().
    Revision promote(const Promotion&);
    /// The reports of its canary are not good; it goes no further.
    void stop(std::string_view name, std::string why);
    /// What nodes get: of stages what was promoted, of others what the head has.
    std::vector<Profile> served() const;
    std::optional<Profile> served(std::string_view object) const;
    /// What was ever given to nodes of stages, by object.
    void each_given(const std::function<void(const Profile&)>&) const;

    // ---- in the transaction of a commit
    /// When the object's profile was last given by promotion; 0: never.
    int64_t given(const bdb::Txn&, std::string_view object) const;
    /// Its node is to be told; a node of a stage is told when it is promoted.
    ///   stages   all there are
    void tell(bdb::Txn&, const std::vector<Stage>& stages, const Profile&);

    // ---- notification
    std::vector<Pending> pending() const;
    /// These are told, or given up, as of that revision; a newer entry stays.
    void told(const std::vector<std::pair<std::string, uint64_t>>& objects);

    // ---- what nodes told us (the value is the caller's)
    std::vector<std::pair<std::string, std::string>> nodes() const;
    void put_nodes(const std::vector<std::pair<std::string, std::string>>& nodes);

    /// What nodes of stages are given is what was promoted; who is to be told has a profile.
    void verify(std::vector<std::string>& wrong) const;

private:
    std::set<std::string> objects_of(const std::vector<Stage>&, std::string_view name) const;
    std::vector<Promoted> moves(
        const Stage&, const std::function<uint64_t(std::string_view object)>& target) const;
    struct Fields;
    std::unique_ptr<Fields> f_;
};

/// The stage of a node; none: it follows the head.
const Stage* stage_of(const std::vector<Stage>& stages, std::string_view node);

}  // namespace weft::cdb
