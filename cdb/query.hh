// Questions over the desired values of all nodes, answered from the columns of the store.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cdb/column.hh"
#include "cdb/values.hh"

namespace weft::cdb {

/// A pattern of paths: each step is a file-name pattern, "**" stands for any number of steps.
class PathPattern {
public:
    /// Error(65) when it does not begin with '/' or could take forever.
    explicit PathPattern(std::string_view text);
    const std::string& text() const { return text_; }
    bool fits(std::string_view path) const;
    /// What every path that fits begins with.
    const std::string& prefix() const { return prefix_; }
    bool literal() const { return literal_; }

private:
    std::string text_, prefix_;
    std::vector<std::string> steps_;
    bool literal_ = false;
};

/// "/hardware/ram >= 4096", "/system/kind = 'disk server'", "/a/b ~ 10.0.*", "/a/b" (is there),
/// "!/a/b" (is not). A node fits when one of its values there does; numbers are compared as numbers
/// when both are.
struct Condition {
    enum Op { there, absent, equal, differs, less, at_most, more, at_least, like, unlike };
    PathPattern path;
    Op op = there;
    std::string operand;

    static Condition parse(std::string_view);
    bool holds(std::string_view value) const;
};

struct Query {
    std::vector<PathPattern> paths;
    std::string node = "*";           ///< a file-name pattern
    std::vector<Condition> where;     ///< all must hold
    std::optional<std::string> text;  ///< only values, or paths, with this in them
    bool join = false;                ///< a row a node, a column a pattern
    std::function<bool(const std::string& object)> visible = {};  ///< unset: all are
    size_t limit = 1000000;                                       ///< rows; never more than these
    std::function<void()> go_on = {};  ///< throws when nobody waits for the answer any more
};

struct Answers {
    struct Row {
        uint32_t slot;
        std::string path;
        LeafValue value;
    };
    struct Joined {
        uint32_t slot;
        std::vector<std::vector<LeafValue>> columns;
    };
    ObjectSlots slots;
    std::vector<std::string> columns;  ///< the patterns
    std::vector<Row> rows;             ///< by node, then path
    std::vector<Joined> joined;        ///< by node
    bool join = false, complete = true;
};

Answers ask(const Values&, const Query&);

/// The answers as text. `head` is the newest revision.
std::string as_json(const Answers&, uint64_t head);
std::string as_csv(const Answers&);
/// CREATE TABLE and INSERT statements of standard SQL: SQLite, PostgreSQL.
std::string as_sql(const Answers&);

}  // namespace weft::cdb
