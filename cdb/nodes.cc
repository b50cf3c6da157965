// Node states in memory, written to the store now and then.
#include "cdb/nodes.hh"

#include <fmt/core.h>

#include "base/error.hh"
#include "cdb/stages.hh"

namespace weft::cdb {

std::string NodeState::encode() const {
    Encoder e;
    e.number(1)
        .number(uint64_t(fetched))
        .number(has)
        .text(from)
        .number(uint64_t(reported))
        .number(runs)
        .number(uint64_t(cid));
    e.text(status).text(message).number(components.size());
    for (auto& c : components)
        e.text(c.name).text(c.status).text(c.message);
    return e.take();
}

NodeState NodeState::decode(std::string_view bytes) {
    Decoder d(bytes, "a node's state");
    NodeState n;
    d.number();
    n.fetched = int64_t(d.number());
    n.has = d.number();
    n.from = d.text();
    n.reported = int64_t(d.number());
    n.runs = d.number();
    n.cid = int64_t(d.number());
    n.status = d.text();
    n.message = d.text();
    for (uint64_t i = d.number(); i; i--) {
        ComponentState c{.name = d.text()};
        c.status = d.text();
        c.message = d.text();
        n.components.push_back(std::move(c));
    }
    return n;
}

Nodes::Nodes(const Stages& stages) {
    for (auto& [name, bytes] : stages.nodes())
        nodes_[name] = NodeState::decode(bytes);
}

void Nodes::fetched(const std::string& node, uint64_t revision, std::string from, int64_t now) {
    NodeState& n = nodes_[node];
    n.fetched = now;
    n.has = std::max(n.has, revision);
    n.from = std::move(from);
    changed_.insert(node);
}

static std::string text(const Element& e, std::string_view key, size_t limit = 1000) {
    const Element* v = field(e, key);
    if (!v)
        return {};
    if (!v->is(Kind::string))
        throw Error(exit_data, fmt::format("'{}' must be a string", key));
    return std::string(v->string().substr(0, limit));
}

static std::optional<int64_t> number(const Element& e, std::string_view key) {
    const Element* v = field(e, key);
    if (!v)
        return std::nullopt;
    if (!v->is(Kind::long_) || v->long_value() < 0)
        throw Error(exit_data, fmt::format("'{}' must be a whole number", key));
    return v->long_value();
}

NodeReport NodeReport::read(const Element& report) {
    if (!report.is(Kind::dict))
        throw Error(exit_data, "a report is an object");
    NodeReport r{.cid = number(report, "cid"),
                 .revision = number(report, "revision"),
                 .status = text(report, "status", 32),
                 .message = text(report, "message"),
                 .components = {}};
    if (r.status.empty())
        throw Error(exit_data, "a report has a 'status'", {},
                    R"({"status": "ok", "revision": 12, "cid": 3, "components": [...]})");
    if (const Element* list = field(report, "components")) {
        if (!list->is(Kind::list) || list->size() > 1000)
            throw Error(exit_data, "'components' must be a list of at most 1000");
        for (const Element& c : list->list()) {
            if (!c.is(Kind::dict))
                throw Error(exit_data, "each of 'components' must be an object");
            r.components.push_back(
                {text(c, "name", 200), text(c, "status", 32), text(c, "message")});
        }
    }
    return r;
}

void Nodes::reported(const std::string& node, NodeReport r, int64_t now) {
    NodeState& n = nodes_[node];
    n.reported = now;
    n.cid = r.cid.value_or(n.cid);
    n.runs = uint64_t(r.revision.value_or(int64_t(n.runs)));
    n.status = std::move(r.status);
    n.message = std::move(r.message);
    n.components = std::move(r.components);
    changed_.insert(node);
}

const NodeState* Nodes::find(const std::string& node) const {
    auto it = nodes_.find(node);
    return it == nodes_.end() ? nullptr : &it->second;
}

std::string Nodes::lag(const std::string& node, uint64_t wanted) const {
    const NodeState* n = find(node);
    if (!n || (!n->fetched && !n->reported))
        return "never seen";
    if (n->has < wanted && n->runs < wanted)
        return "has not fetched its profile";
    if (n->reported && n->runs < wanted)
        return "has not applied its profile";
    if (n->status == "failed")
        return "failed";
    return {};
}

std::vector<std::pair<std::string, std::string>> Nodes::take_changed() {
    std::vector<std::pair<std::string, std::string>> out;
    for (auto& name : changed_)
        out.emplace_back(name, nodes_[name].encode());
    changed_.clear();
    return out;
}

}  // namespace weft::cdb
