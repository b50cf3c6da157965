// What the store keeps, as values: revisions, profiles, sessions; and how each is written down.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cdb/codec.hh"

namespace weft::cdb {

/// All files of a revision: path below the root -> content.
using Tree = std::map<std::string, Hash, std::less<>>;

/// One file's change; an empty hash: no such file before, or after.
struct FileChange {
    std::string path;
    Hash before, after;
};

/// One profile's change: the XML before and after.
struct ProfileChange {
    std::string object;
    Hash before, after;
};

struct Revision {
    uint64_t number = 0;
    std::string author;
    int64_t time = 0;  ///< seconds since the epoch
    std::string comment;
    uint64_t base = 0;      ///< what its author saw
    uint64_t reverts = 0;   ///< the revision it undoes, or 0
    std::string by;         ///< who sent it, when that is not its author (a git push); else ""
    std::string origin;     ///< what it was made from elsewhere: "git 1f0c..."; else ""
    bool recorded = false;  ///< history only: nothing was compiled from it, it changed no profile
    std::string stage;    ///< of a promotion: the stage whose nodes it gave other profiles; else ""
    uint64_t target = 0;  ///< ... those of this revision
    std::vector<FileChange> files;        ///< by path
    std::vector<ProfileChange> profiles;  ///< by object; only those whose content changed

    std::string encode() const;
    static Revision decode(uint64_t number, std::string_view bytes);
};

/// What is published for one object.
struct Profile {
    std::string object;
    Hash xml;               ///< empty: withdrawn, its object template is gone
    Hash origins;           ///< where each value was set
    int64_t modified = 0;   ///< Last-Modified: grows with every change, by a second at least
    uint64_t revision = 0;  ///< which revision changed the content last

    std::string encode() const;
    static Profile decode(std::string object, std::string_view bytes);
    /// The name of its representation for HTTP.
    std::string etag() const { return to_hex(xml).substr(0, 32); }
};

/// The node an object template describes: the last step of its name ("profiles/lxb001" ->
/// "lxb001").
std::string node_of(std::string_view object);

/// A user's unfinished work.
struct Session {
    std::string id;
    std::string owner;
    uint64_t base = 0;  ///< the revision it sees below its own changes
    int64_t opened = 0, touched = 0;
    std::string comment;

    std::string encode() const;
    static Session decode(std::string id, std::string_view bytes);
};

/// A name for a revision.
struct Tag {
    std::string name;
    uint64_t revision = 0;
    std::string author;
    int64_t time = 0;
    std::string comment;

    std::string encode() const;
    static Tag decode(std::string name, std::string_view bytes);
};

/// Somebody asks others to leave a file, or all below a folder, alone for a while.
struct PathLock {
    std::string path;
    std::string owner, reason;
    int64_t time = 0, expires = 0;

    /// Does it cover the file?
    bool covers(std::string_view file) const {
        return file.starts_with(path) && (file.size() == path.size() || file[path.size()] == '/');
    }
    std::string encode() const;
    static PathLock decode(std::string path, std::string_view bytes);
};

/// Nodes that follow a revision of their own, moved on by promotion.
struct Stage {
    std::string name;
    std::vector<std::string> nodes;  ///< patterns; a node is in the first stage by name that has it
    uint64_t revision = 0;           ///< whose profiles its nodes get
    uint64_t target = 0;             ///< where it is on its way to; 0: it is not
    std::vector<std::string> canary;    ///< nodes that have the target's profiles already
    uint64_t promoted = 0;              ///< the revision that gave them these
    int64_t started = 0, deadline = 0;  ///< of the wait for their reports
    std::string stopped;                ///< why it went no further; "": it has not been stopped

    bool has(std::string_view node) const;
    std::string encode() const;
    static Stage decode(std::string name, std::string_view bytes);
};

/// A change that is not in any revision yet.
struct Edit {
    std::string path;
    Hash base;                        ///< what its author saw there
    std::optional<std::string> text;  ///< nothing: removed

    std::string encode() const;
    static Edit decode(std::string path, std::string_view bytes);
};

/// A node that is to be told of its new profile.
struct Pending {
    std::string object;
    uint64_t revision = 0;
    int64_t modified = 0;
};

/// A revision that is only recorded: what led to a commit elsewhere, in git.
struct Past {
    std::string author, comment, origin;
    int64_t time = 0;
    std::vector<std::pair<std::string, Hash>>
        files;  ///< path -> content that the store has; empty: removed
};

/// What an object's value depends on: a file it was made from, a name that was looked up (found or
/// not: a new file of that name could be found instead), an object whose values it uses.
struct Need {
    enum Kind : char { file = 'p', source = 'n', text = 't', object = 'o' };
    Kind kind;
    std::string name;
    friend auto operator<=>(const Need&, const Need&) = default;
};
/// A need as one word.
inline std::string need_key(const Need& n) { return char(n.kind) + n.name; }

/// One line of the audit log. Each carries the digest of the one before.
struct AuditLine {
    uint64_t number = 0;
    int64_t time = 0;
    std::string who, action, detail;
    Hash before;  ///< of the previous line's bytes

    std::string encode() const;
    static AuditLine decode(uint64_t number, std::string_view bytes);
};

/// Can this be the path of a file in the database? Relative, no empty, "." or ".." steps, no
/// control characters, at most 1,000 bytes. Error(65) says what is wrong.
void check_path(std::string_view path);

}  // namespace weft::cdb
