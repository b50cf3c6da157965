// From a set of changed files to a new revision: merge, find who is affected, compile them all, write, or
// refuse and say everything that is wrong.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cdb/effect.hh"
#include "cdb/store.hh"
#include "cdb/tree_source.hh"
#include "compiler/compile.hh"

namespace weft::cdb {

struct Proposal {
    std::string author, comment;
    std::string by;                     ///< who sends it, when that is not its author
    std::string origin;                 ///< as of Revision
    int64_t time = 0;                   ///< 0: now
    std::vector<Past> past;             ///< what led to it; the edits are all of it together
    std::vector<Edit> edits;            ///< each with what its author saw (Edit::base)
    uint64_t base = 0;                  ///< the revision its author saw
    uint64_t reverts = 0;
    std::string once;                   ///< a key that makes a repeated commit answer as the first did
    std::string session;                ///< closed by the commit
    bool everything = false;            ///< compile every object, affected or not
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
    std::string kind;                   ///< "parse error", "validation error", ...
    std::string file, message, hint;
    int line = 0, col = 0;
    std::string text;                   ///< the whole, with source line, caret, hint and trace
    std::vector<std::string> objects;
};

struct Outcome {
    enum State {
        done,        ///< committed; or, of a check, would be
        unchanged,   ///< nothing differs from the head
        repeated,    ///< this key was committed before, as `revision`
        conflict,    ///< see conflicts
        locked,      ///< see locks
        refused,     ///< see errors
    } state = done;
    uint64_t revision = 0;              ///< the new one, or the head it was checked against
    std::vector<FileChange> files;
    std::vector<Conflict> conflicts;
    std::vector<PathLock> locks;        ///< of others, on files that would change
    std::vector<Diagnostic> errors;
    std::vector<std::string> failing;   ///< objects that do not compile
    std::vector<std::string> notes;     ///< what the compiler warned of, what was left out
    std::vector<Effect> effects;        ///< of a check: what changes on which nodes
    std::vector<Profile> published;     ///< of a commit: whose profile changed; xml empty when withdrawn
    size_t compiled = 0;                ///< objects
    size_t changed = 0;                 ///< objects whose profile differs
    double compile_seconds = 0, seconds = 0;
};

class Pipeline {
public:
    ///   jobs   compiling threads; 0: one a core
    Pipeline(Store&, int jobs);
    ~Pipeline();

    /// All of a commit but the writing, with the effects. From any thread; one call works at a time.
    Outcome check(const Proposal&);
    Outcome commit(const Proposal&);

    /// The edits that undo a revision, as far as the head still has what it left; the rest are conflicts.
    std::vector<Edit> undo(uint64_t revision) const;

    /// Store::verify, and with `compile` also: every object compiled from the head gives the published profile
    /// and the indexed needs.
    std::vector<std::string> verify(bool compile);

private:
    struct Plan;
    struct Build;
    bool merge(const Proposal&, Plan&);
    bool reachable(const Plan&, const std::string& path);
    void find_affected(const Proposal&, Plan&);
    void compile(Plan&, bool preview);
    void take(Plan&, Build&, const compiler::Result&, bool preview);
    compiler::Compiler& compiler_for(const std::vector<std::string>& roots);
    Outcome run(const Proposal&, bool preview);

    Store& store_;
    int jobs_;
    std::mutex turn_;
    std::shared_ptr<const Tree> head_;
    std::vector<std::string> roots_;               // the head's load path
    std::map<std::string, std::string> nodes_;     // node -> object, of the head
    TreeSource source_;
    std::unique_ptr<compiler::Compiler> compiler_;
    std::vector<std::string> compiler_roots_;
    std::mutex notes_lock_;
    std::vector<std::string> notes_;
};

/// What an object's compilation looked at, for the indexes.
std::vector<Need> needs_of(const compiler::Result&);

/// A compiler's message with the tree's own paths.
Diagnostic diagnostic(compiler::TemplateError, const std::string& object);

}  // namespace weft::cdb
