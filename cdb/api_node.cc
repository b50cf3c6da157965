// Nodes: what they should have, and what they said they have.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "cdb/api.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"

namespace weft::cdb {

Answer get_hosts(Server& s, Call&) {
    Json j;
    j.open().key("hosts").open('[');
    for (auto& [node, p] : s.published)
        j.open()
            .field("node", node)
            .field("object", p.object)
            .field("revision", p.revision)
            .field("modified", p.modified)
            .field("etag", p.etag())
            .close();
    j.close(']').close();
    return json(200, j);
}

static void put_node(Json& j, const Server& s, const std::string& node, const Profile& p) {
    std::string lag = s.nodes.lag(node, p.revision);
    j.open().field("node", node).field("wanted", p.revision).field("modified", p.modified);
    if (!lag.empty())
        j.field("lag", lag);
    if (const NodeState* n = s.nodes.find(node)) {
        if (n->fetched)
            j.field("fetched", n->fetched).field("has", n->has).field("from", n->from);
        if (n->reported) {
            j.field("reported", n->reported)
                .field("runs", n->runs)
                .field("cid", n->cid)
                .field("status", n->status);
            if (!n->message.empty())
                j.field("message", n->message);
            j.key("components").open('[');
            for (auto& c : n->components)
                j.open()
                    .field("name", c.name)
                    .field("status", c.status)
                    .field("message", c.message)
                    .close();
            j.close(']');
        }
    }
    j.close();
}

Answer get_nodes(Server& s, Call& c) {
    bool lagging = c.request.parameter("lagging").has_value();
    Json j;
    j.open().field("head", s.head).key("nodes").open('[');
    for (auto& [node, p] : s.published)
        if (!lagging || !s.nodes.lag(node, p.revision).empty())
            put_node(j, s, node, p);
    j.close(']').close();
    return json(200, j);
}

Answer get_node_status(Server& s, Call& c) {
    const std::string& node = c.args[0];
    if (!c.who.is_node(node) && c.who.right == Right::anyone)
        return problem(403, fmt::format("'{}' may not read the status of '{}'", c.who.name, node));
    if (!s.published.contains(node))
        return problem(404, fmt::format("there is no node '{}'", node));
    Json j;
    put_node(j, s, c.args[0], s.published.at(c.args[0]));
    return json(200, j);
}

Answer post_node_status(Server& s, Call& c) {
    const std::string& node = c.args[0];
    if (!c.who.is_node(node))
        return problem(403,
                       fmt::format("'{}' may not report the status of '{}'", c.who.name, node));
    auto report = std::make_shared<NodeReport>(NodeReport::read(c.body()));
    s.loop.post([&s, node, report, reply = c.reply] {
        auto it = s.published.find(node);
        if (it == s.published.end())
            return reply.send(problem(404, fmt::format("there is no node '{}'", node)));
        s.nodes.reported(node, std::move(*report), s.store.database.now());
        if (const NodeState* n = s.nodes.find(node); n && n->runs)
            s.notifier.fetched(node, n->runs);
        if (s.listeners.size()) {
            Json shown;
            put_node(shown, s, node, it->second);
            s.event("report", shown.text());
        }
        Json j;
        j.open().field("wanted", it->second.revision).close();
        reply.send(json(200, j));
    });
    return std::nullopt;
}

/// The object whose last step is the node's name, as of a revision.
static std::optional<Profile> profile_of(Server& s, const std::string& node, uint64_t at) {
    for (auto& p : s.store.revisions.profiles())
        if (node_of(p.object) == node)
            if (auto then = s.store.revisions.profile_at(p.object, at))
                return then;
    return s.store.revisions.profile_at(node, at);  // withdrawn since, or another object's
}

/// What the node is given; of a stage's node that is what was promoted.
static std::optional<Profile> served_to(Server& s, const std::string& node) {
    for (auto& p : s.store.stages.served())
        if (node_of(p.object) == node)
            return p;
    return std::nullopt;
}

Answer get_profile(Server& s, Call& c) {
    uint64_t at = revision_asked(s, c);
    auto p = c.request.parameter("at") ? profile_of(s, c.args[0], at) : served_to(s, c.args[0]);
    if (!p)
        return problem(404,
                       fmt::format("there was no profile of '{}' in revision {}", c.args[0], at));
    s.need_values(c, p->object);
    std::string form = c.request.parameter("format").value_or("json");
    HttpResponse r;
    if (form == "xml") {
        r = HttpResponse::text(200, s.store.contents.text(p->xml), "text/xml");
    } else if (form == "origins") {
        r = HttpResponse::text(200, s.store.contents.text(p->origins));
    } else if (form == "json") {
        std::string text;
        write_json(read_xml(s.store.contents.text(p->xml), p->object), text, {.ascii_only = true});
        r = HttpResponse::json(200, text);
    } else {
        throw Error(exit_data, fmt::format("unknown format '{}'", form), {},
                    "xml, json or origins");
    }
    return r.with("X-Weft-Revision", std::to_string(p->revision));
}

/// What differs in a node's profile between two revisions, as a check tells it.
Answer get_profile_diff(Server& s, Call& c) {
    uint64_t from = s.store.revisions.named(c.request.parameter("from").value_or("head"));
    uint64_t to = s.store.revisions.named(c.request.parameter("to").value_or("head"));
    auto tree = [&](uint64_t at) {
        auto p = profile_of(s, c.args[0], at);
        if (p)
            s.need_values(c, p->object);
        return p ? read_xml(s.store.contents.text(p->xml), p->object) : Element();
    };
    Element before = tree(from), after = tree(to);
    if (!before.is_defined() && !after.is_defined())
        return problem(404,
                       fmt::format("there is no profile of '{}' in either revision", c.args[0]));
    Outcome o{.revision = to};
    o.effects.push_back(effect(c.args[0], before, after));
    if (o.effects[0].kind == Effect::changed && o.effects[0].values.empty())
        o.effects.clear();
    Json j;
    put(j, o);
    return json(200, j);
}

}  // namespace weft::cdb
