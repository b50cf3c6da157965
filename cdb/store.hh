// The database on disk: contents by their digest, revisions, the head's files and profiles, the
// indexes that say which object uses what, unfinished sessions, and who is still to be told.
// man/cdbd.8, FILES.
//
// One process owns a store (a lock); inside it any thread may call. Whatever a call changes, it
// changes in one transaction.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/file.hh"
#include "base/wrap/bdb.hh"
#include "cdb/leaves.hh"
#include "cdb/records.hh"

namespace weft::cdb {

/// What an object's value depends on: a file it was made from, a name that was looked up (found or
/// not: a new file of that name could be found instead), an object whose values it uses.
struct Need {
    enum Kind : char { file = 'p', source = 'n', text = 't', object = 'o' };
    Kind kind;
    std::string name;
    friend auto operator<=>(const Need&, const Need&) = default;
};

/// A content on its way into the store.
struct Packed {
    Hash hash;
    std::string gzip;  ///< empty: the store has it already
    static Packed of(std::string_view text);
};

/// A profile that a commit made.
struct Built {
    std::string object;
    Packed xml, origins;
    std::vector<uint32_t>
        needs;              ///< each as need_key() has it, among the landing's words; ascending
    bool compared = false;  ///< the landing's `values` say how it differs from the one below
    Hash values_from;       ///< what was published when it compiled
    uint32_t number = 0;    ///< ... under this number
};

/// A need as one word.
inline std::string need_key(const Need& n) { return char(n.kind) + n.name; }

/// A revision that is only recorded: what led to a commit elsewhere, in git.
struct Past {
    std::string author, comment, origin;
    int64_t time = 0;
    std::vector<std::pair<std::string, Hash>>
        files;  ///< path -> content that the store has; empty: removed
};

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

/// All that one commit writes.
struct Landing {
    std::string author, comment, by, origin;
    int64_t time = 0;        ///< 0: now
    std::vector<Past> past;  ///< recorded before it, oldest first
    uint64_t base = 0, reverts = 0;
    std::vector<Edit> edits;  ///< against the head
    std::vector<Built> built;
    std::vector<Packed> contents;        ///< of these; others are in the store, or with their own
    std::vector<std::string> withdrawn;  ///< objects whose template went
    std::string once;                    ///< the caller's key for this commit, or empty
    std::string session;                 ///< closed with it, or empty
    int64_t touched = 0;                 ///< Session::touched as these edits were read; 0: whenever
    std::shared_ptr<Words> words = std::make_shared<Words>();
    std::shared_ptr<LeafChanges> values = std::make_shared<LeafChanges>();
};

/// An object's place in the columns of values.
struct Slot {
    std::string object, node;
    uint64_t revision = 0;  ///< of its profile; 0: withdrawn
};

class Store {
public:
    /// Opens, makes when missing, recovers. Error(75) when another process has it.
    ///   now   the clock, seconds since the epoch
    explicit Store(const std::string& dir, const bdb::Options& = {},
                   std::function<int64_t()> now = {});
    ~Store();

    const std::string& dir() const { return dir_; }
    int64_t now() const { return now_(); }
    bdb::Env& env() { return env_; }

    // ---- contents
    /// Error(74) when it is not there or is not what its name says.
    std::string content(const Hash&) const;
    /// The same, still compressed (one gzip member).
    std::string content_gzip(const Hash&) const;
    bool has_content(const Hash&) const;
    /// Keep contents that a later commit will name by their hash.
    ///   limit   bytes that one may send so within an hour; Error(75) when it is more
    void put_contents(const std::vector<Packed>&, const std::string& who,
                      uint64_t limit = UINT64_MAX);
    /// Contents that are there already and will be named: as if they were sent now.
    void keep_contents(const std::vector<Hash>&, const std::string& who);
    bool was_sent(const std::string& who, const Hash&) const;
    /// Those of all files, of any revision, whose path the function lets through.
    std::unordered_set<Hash> contents_of(const std::function<bool(std::string_view path)>&) const;
    /// What a commit under way has made so far; has_content() does not know of it until it lands.
    void spill(const std::vector<Packed>&);
    /// Drop what was spilled and did not land. Only while no commit is under way.
    void drop_spilled();
    bool has_spilled() const;

    // ---- revisions and files
    uint64_t head() const;
    std::optional<Revision> revision(uint64_t number) const;
    /// Newest first, from `before` (exclusive; 0: the head), at most `limit`.
    std::vector<Revision> log(uint64_t before, size_t limit) const;
    /// Every file of a revision; the head's is cheap.
    Tree tree(uint64_t revision) const;
    /// Empty: no such file then.
    Hash file_at(std::string_view path, uint64_t revision) const;
    /// Which revision changed the path last, up to `revision`; 0: none.
    uint64_t changed_at(std::string_view path, uint64_t revision) const;

    // ---- profiles
    std::optional<Profile> profile(std::string_view object) const;
    std::optional<Profile> profile_at(std::string_view object, uint64_t revision) const;
    /// Everything published, by object.
    std::vector<Profile> profiles() const;

    // ---- indexes
    /// The objects that have this need, by name.
    std::vector<std::string> objects_needing(const Need&) const;
    std::vector<Need> needs_of(std::string_view object) const;
    /// The objects by their slot, as of the last commit.
    using Slots = std::shared_ptr<const std::vector<Slot>>;
    Slots slots() const;
    /// The encoded Column of every path that begins with `prefix`, in order, until the function
    /// answers false.
    void each_column(
        std::string_view prefix,
        const std::function<bool(std::string_view path, std::string_view column)>&) const;
    /// Make the columns anew from the profiles.
    void rebuild_values();

    // ---- commit
    /// Write a new revision. One at a time; the caller holds commit_lock() since it looked at the
    /// head.
    Revision land(const Landing&);
    std::mutex& commit_lock() { return commit_lock_; }
    /// The revision a commit with this key made.
    std::optional<uint64_t> once(std::string_view author, std::string_view key) const;

    // ---- notification
    std::vector<Pending> pending() const;
    /// These are told, or given up, as of that revision; a newer entry stays.
    void told(const std::vector<std::pair<std::string, uint64_t>>& objects);

    // ---- sessions
    Session open_session(std::string owner, std::string comment);
    std::optional<Session> session(std::string_view id) const;
    std::vector<Session> sessions() const;
    std::vector<Edit> edits(std::string_view id) const;
    std::optional<Edit> edit(std::string_view id, std::string_view path) const;
    /// Put or remove files in a session; an edit that restores what the base has is dropped. The
    /// edits' base is filled in.
    void put_edits(std::string_view id, std::vector<Edit> edits);
    /// Forget the changes of these paths; all when empty.
    void drop_edits(std::string_view id, const std::vector<std::string>& paths);
    bool close_session(std::string_view id);
    /// Close the sessions nobody touched for so many seconds; the ones that were.
    std::vector<Session> expire_sessions(int64_t seconds);

    // ---- names of revisions
    /// A number, "head", or a tag; Error(65) when there is no such revision.
    uint64_t revision_named(std::string_view name) const;
    /// Error(65) for a name that is no tag's.
    void put_tag(Tag);
    bool drop_tag(std::string_view name, std::string who);
    std::vector<Tag> tags() const;

    // ---- stages
    /// By name.
    std::vector<Stage> stages() const;
    std::optional<Stage> stage(std::string_view name) const;
    /// A new one, at the newest revision whose profiles its nodes have: they keep what they have.
    /// Error(65), (1) when it is there already, or its nodes do not have the profiles of one
    /// revision.
    Stage add_stage(std::string name, std::vector<std::string> nodes, const std::string& who);
    /// Error(1) unless its nodes have what they would get without it.
    void drop_stage(std::string_view name, const std::string& who);
    /// Whose profile would change, and to what.
    std::vector<Promoted> promotion(const Stage&, uint64_t target) const;
    /// A revision that changes no file. One at a time, as land().
    Revision promote(const Promotion&);
    /// The reports of its canary are not good; it goes no further.
    void stop_stage(std::string_view name, std::string why);
    /// What nodes get: of stages what was promoted, of others what the head has.
    std::vector<Profile> served() const;
    std::optional<Profile> served(std::string_view object) const;

    // ---- locks
    /// Take or renew one. Error(1) when another's covers the path, or is below it.
    void put_lock(PathLock);
    /// False when there is none. Error(77) when it is another's, unless `force`.
    bool drop_lock(std::string_view path, const std::string& who, bool force);
    /// Those that have not expired, by path.
    std::vector<PathLock> locks() const;

    // ---- what nodes told us (the value is the caller's)
    std::vector<std::pair<std::string, std::string>> nodes() const;
    void put_nodes(const std::vector<std::pair<std::string, std::string>>& nodes);

    // ---- audit
    void audit(std::string who, std::string action, std::string detail);
    std::vector<AuditLine> audit_log(uint64_t before, size_t limit) const;

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
    /// Profiles of before this revision may be gone; 0: none is.
    uint64_t pruned() const;
    /// The oldest of the newest revisions that are all from that time or later; one after the head:
    /// none is.
    uint64_t first_since(int64_t time) const;
    /// Make the head's files, their history and all indexes anew, from the revisions, the profiles
    /// and what compiling every object of the head gave.
    void rebuild_indexes(const Landing& compiled);

private:
    struct Tables;
    std::set<std::string> objects_of(const std::vector<Stage>&, std::string_view name) const;
    std::vector<Promoted> moves(
        const Stage&, const std::function<uint64_t(std::string_view object)>& target) const;
    uint32_t id_of(bdb::Txn&, const std::string& name, std::vector<std::string>& fresh) const;
    void index(bdb::Txn&, const Landing&, std::vector<std::string>& fresh);
    void clear(bdb::Txn&, bdb::Table&);
    void put_content(bdb::Txn&, const Packed&);
    void each_sent(
        const bdb::Txn*, const std::string& who,
        const std::function<void(std::string_view key, int64_t time, uint64_t bytes)>&) const;
    void note_sent(bdb::Txn&, const std::string& who, const Hash&, uint64_t bytes);
    void erase(bdb::Table&, const std::vector<std::string>& keys);
    void audit(bdb::Txn&, std::string who, std::string action, std::string detail);
    void verify_revisions(std::vector<std::string>& wrong) const;
    void verify_indexes(std::vector<std::string>& wrong) const;
    struct ValueMoves;
    void load_slots();
    void index_values(bdb::Txn&, const Landing&, const Revision&, std::vector<Slot>& slots);
    void write_values(bdb::Txn&, const ValueMoves&);
    void verify_values(std::vector<std::string>& wrong) const;
    void load_ids();

    std::string dir_;
    std::function<int64_t()> now_;
    FileLock lock_;
    bdb::Env env_;
    std::unique_ptr<Tables> t_;
    std::mutex commit_lock_;
    mutable std::mutex spill_lock_;
    std::unordered_set<Hash> spilled_;
    mutable std::mutex ids_lock_;
    std::unordered_map<std::string, uint32_t> ids_;  // kind + name -> id, for the indexes
    std::vector<std::string> names_;                 // and back
    Slots slots_;
};

}  // namespace weft::cdb
