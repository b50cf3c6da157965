// What each node did: when it fetched which revision, what its agent reported. Belongs to the
// loop's thread.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/noun/element.hh"

namespace weft::cdb {

class Stages;

struct ComponentState {
    std::string name, status, message;  ///< status: "ok", "warning", "failed", ...
};

struct NodeState {
    int64_t fetched = 0;   ///< when it asked for its profile last
    uint64_t has = 0;      ///< the newest revision of its profile it was given
    std::string from;      ///< the address it asked from
    int64_t reported = 0;  ///< when its agent reported last
    uint64_t runs = 0;     ///< the revision whose configuration it has applied, by its own word
    int64_t cid = -1;
    std::string status, message;
    std::vector<ComponentState> components;

    std::string encode() const;
    static NodeState decode(std::string_view bytes);
};

/// The JSON of a request's body. Names that no request has are dropped, and leave nothing behind.
Element read_request(std::string_view text);
/// A child of it; nothing when it is not there.
const Element* field(const Element& object, std::string_view name);

/// A report as its agent sends it (cdb-protocol(5)).
struct NodeReport {
    /// Error(65) for anything that is none.
    static NodeReport read(const Element&);
    std::optional<int64_t> cid, revision;
    std::string status, message;
    std::vector<ComponentState> components;
};

class Nodes {
public:
    explicit Nodes(const Stages&);

    void fetched(const std::string& node, uint64_t revision, std::string from, int64_t now);
    void reported(const std::string& node, NodeReport, int64_t now);

    const NodeState* find(const std::string& node) const;
    /// Why the node is not where it should be; "" when it is.
    ///   wanted   the revision of its published profile, since when
    std::string lag(const std::string& node, uint64_t wanted) const;

    /// Those that changed since the last call, for Stages::put_nodes.
    std::vector<std::pair<std::string, std::string>> take_changed();

private:
    std::map<std::string, NodeState, std::less<>> nodes_;
    std::set<std::string> changed_;
};

}  // namespace weft::cdb
