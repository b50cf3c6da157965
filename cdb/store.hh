// The database on disk: five stores over one environment, and what takes all of them together.
// man/cdbd.8, FILES.
//
// Whoever needs one of the stores includes its header. Whatever a call changes, it changes in one
// transaction; any thread may call.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/wrap/bdb.hh"

namespace weft::cdb {

class Contents;
class Database;
class Revisions;
class Sessions;
class Stages;
class Values;
struct Landing;
struct Revision;

class Store {
    struct Parts;
    std::unique_ptr<Parts> parts_;

public:
    /// Opens, makes when missing, recovers. Error(75) when another process has it.
    ///   now   the clock, seconds since the epoch
    explicit Store(const std::string& dir, const bdb::Options& = {},
                   std::function<int64_t()> now = {});
    ~Store();
    Store(const Store&) = delete;

    Database& database;
    Contents& contents;
    Revisions& revisions;
    Sessions& sessions;
    Stages& stages;
    Values& values;

    /// Write a new revision. One at a time; the caller holds the commit lock since it looked at the
    /// head.
    Revision land(const Landing&);

    /// What is wrong, a line each; nothing when every record agrees with every other and every
    /// content with its name.
    std::vector<std::string> verify() const;
    /// Drop contents that no revision, profile or session refers to; not those sent for a commit
    /// within the last hour.
    struct Garbage {
        uint64_t contents = 0, bytes = 0;
    };
    Garbage collect_garbage();
    /// Drop the contents of profiles that were superseded at or before a revision: but not those of
    /// the revisions that tags and stages name, nor what a node has. The records of when a profile
    /// changed stay.
    ///   nodes    the revisions each has told us of
    ///   really   otherwise only count
    struct Pruning {
        uint64_t before = 0, profiles = 0, contents = 0, bytes = 0;
    };
    Pruning prune(uint64_t before, const std::map<std::string, std::set<uint64_t>>& nodes,
                  bool really, const std::string& who);
    /// A copy of the store, made while it is in use, that was opened, recovered and verified: the
    /// folder is there, whole, or not at all. The newest revision it has.
    ///   rate   bytes a second at most; 0: as fast as it goes
    uint64_t backup(const std::string& dir, uint64_t rate = 0);
    /// Make the head's files, their history and all indexes anew, from the revisions, the profiles
    /// and what compiling every object of the head gave.
    void rebuild_indexes(const Landing& compiled);
};

}  // namespace weft::cdb
