// From a set of changed files to a new revision: merge, find who is affected, compile them all,
// write, or refuse and say everything that is wrong.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/error.hh"
#include "cdb/effect.hh"
#include "cdb/namespaces.hh"
#include "cdb/records.hh"
#include "cdb/tree_source.hh"
#include "cdb/turns.hh"
#include "compiler/compile.hh"

namespace weft::cdb {

struct Proposal {
    std::string author, comment;
    std::string by;           ///< who sends it, when that is not its author
    std::string origin;       ///< as of Revision
    int64_t time = 0;         ///< 0: now
    std::vector<Past> past;   ///< what led to it; the edits are all of it together
    std::vector<Edit> edits;  ///< each with what its author saw (Edit::base)
    uint64_t base = 0;        ///< the revision its author saw
    uint64_t reverts = 0;
    std::string once;         ///< a key that makes a repeated commit answer as the first did
    std::string session;      ///< closed by the commit
    int64_t touched = 0;      ///< when that was last changed: Error(1) when it was again since
    bool everything = false;  ///< compile every object, affected or not
    std::string request;      ///< a name to find it by while it is at work
    std::function<bool()> abandoned = {};  ///< of a check: nobody waits for it any more
    std::function<void(size_t done, size_t all)> progress =
        {};  ///< after each object, from the compiling threads
    const std::string& principal() const { return by.empty() ? author : by; }
};

/// Somebody else changed the file since.
struct Conflict {
    std::string path;
    uint64_t revision = 0;
    std::string author;
};

/// One message of the compiler, and the objects that have it.
struct Diagnostic {
    std::string kind;  ///< "parse error", "validation error", ...
    Error error;       ///< with the tree's own paths
    std::vector<std::string> objects;
};

/// Where the time of a commit went, in seconds: of its compiling threads together, and of the one
/// that writes.
struct CommitTrace {
    double write_xml = 0, digest = 0, gzip = 0, values = 0, origins = 0;
    double store = 0;  ///< the transaction: contents, indexes, records, the disk

    CommitTrace& operator+=(const CommitTrace& o) {
        write_xml += o.write_xml;
        digest += o.digest;
        gzip += o.gzip;
        values += o.values;
        origins += o.origins;
        store += o.store;
        return *this;
    }
};

struct Outcome {
    enum State {
        done,       ///< committed; or, of a check, would be
        unchanged,  ///< nothing differs from the head
        repeated,   ///< this key was committed before, as `revision`
        conflict,   ///< see conflicts
        locked,     ///< see locks
        refused,    ///< see errors
    } state = done;
    uint64_t revision = 0;  ///< the new one, or the head it was checked against
    std::vector<FileChange> files;
    std::shared_ptr<const Namespaces> rules;  ///< those of its tree, when it changes them
    std::vector<Conflict> conflicts;
    std::vector<PathLock> locks;  ///< of others, on files that would change
    std::vector<Diagnostic> errors;
    std::vector<std::string> failing;  ///< objects that do not compile
    std::vector<std::string> notes;    ///< what was left out
    std::vector<std::string> printed;  ///< by the compiler: warnings, and what templates print
    std::vector<Effect> effects;       ///< of a check: what changes on which nodes
    std::vector<Profile>
        published;        ///< of a commit: whose profile changed; xml empty when withdrawn
    size_t compiled = 0;  ///< objects
    size_t changed = 0;   ///< objects whose profile differs
    double compile_seconds = 0, seconds = 0;
    CommitTrace trace;
};

/// A commit or check that is being worked on.
struct AtWork {
    std::string author, comment, request;
    bool check = false;
    size_t compiled = 0, objects = 0;  ///< of so many
    double seconds = 0;                ///< since it came
};

class Store;

class Pipeline {
public:
    ///   jobs   compiling threads of one commit; 0: one a core
    Pipeline(Store&, int jobs);
    ~Pipeline();

    /// All of a commit but the writing, with the effects. From any thread.
    Outcome check(const Proposal&);
    /// From any thread: commits compile beside each other; they are written in the order they came,
    /// and one compiles again when those before it changed what it read.
    ///   landed   called when it is written, before any later one is
    Outcome commit(const Proposal&, const std::function<void(const Outcome&)>& landed = {});

    /// The edits that undo a revision, as far as the head still has what it left; the rest are
    /// conflicts.
    std::vector<Edit> undo(uint64_t revision) const;

    /// Run with no commit under way.
    void alone(const std::function<void()>&);
    /// Store::verify, and with `compile` also: every object compiled from the head gives the
    /// published profile and the indexed needs.
    std::vector<std::string> verify(bool compile);
    /// Store::rebuild_indexes with every object compiled. Error(65) when one does not compile.
    void rebuild();

    /// The file of the head that an object's template is in; empty: none. From any thread.
    std::string template_of(const std::string& object) const;
    /// Node -> object, of the head. From any thread.
    std::shared_ptr<const std::map<std::string, std::string>> objects() const;
    /// In the order they came. From any thread.
    std::vector<AtWork> at_work() const;
    /// Called with that whenever one begins or ends, on its thread. To be set before the first.
    void on_work(std::function<void(std::vector<AtWork>)> f) { on_work_ = std::move(f); }
    /// Commits that compiled a second time, because of others before them.
    uint64_t compiled_again() const { return again_; }

private:
    struct Head;
    struct Plan;
    struct Build;
    struct Bench;
    class Lease;
    struct Work;
    std::shared_ptr<const Head> head() const;
    bool prepare(const Proposal&, Plan&, std::shared_ptr<const Head>, TreeSource&);
    bool merge(const Proposal&, Plan&);
    bool reachable(const Plan&, TreeSource&, const std::string& path);
    void find_affected(const Proposal&, Plan&, TreeSource&);
    bool still_holds(const Plan&, const Plan& fresh, TreeSource&);
    void compile(Plan&, Bench&, bool preview, Work*);
    void take(Plan&, Build&, const compiler::Result&, bool preview);
    void check_nodes(Plan&, TreeSource&);
    void compile_all(Plan&);
    void land(const Proposal&, Plan&);
    Outcome run(const Proposal&, bool preview, const std::function<void(const Outcome&)>& landed);

    Store& store_;
    int jobs_;
    Turns turns_;
    mutable std::mutex lock_;  // of what follows
    std::shared_ptr<const Head> head_;
    std::vector<std::unique_ptr<Bench>> idle_;
    std::list<Work*> works_;
    std::function<void(std::vector<AtWork>)> on_work_;
    std::atomic<uint64_t> again_ = 0;
};

/// A compiler's message with the tree's own paths.
Diagnostic diagnostic(compiler::TemplateError, const std::string& object);

}  // namespace weft::cdb
