// Stages: promotion by a request, and its second step when the canaries have reported.
#include <fmt/core.h>
#include <fnmatch.h>

#include <charconv>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "cdb/api.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"

namespace weft::cdb {

static void put(Json& j, const Stage& s) {
    j.open().field("stage", s.name).field("nodes", s.nodes).field("revision", s.revision);
    if (s.target)
        j.field("target", s.target)
            .field("canary", s.canary)
            .field("promoted", s.promoted)
            .field("started", s.started)
            .field("deadline", s.deadline);
    if (!s.stopped.empty())
        j.field("stopped", s.stopped);
    j.close();
}

Answer get_stages(Server& s, Call&) {
    return list_answer("stages", s.store.stages.all(), s.store.revisions.head());
}

Answer put_stage(Server& s, Call& c) {
    s.need(c, Namespaces::admin, "");
    Element body = c.body();
    Json j;
    put(j, s.store.stages.add(c.args[0], words_of(body, "nodes"), c.who.name));
    return json(201, j);
}

Answer delete_stage(Server& s, Call& c) {
    s.need(c, Namespaces::admin, "");
    if (!s.store.stages.find(c.args[0]))
        return problem(404, fmt::format("there is no stage '{}'", c.args[0]));
    s.store.stages.drop(c.args[0], c.who.name);
    Json j;
    j.open().field("stage", c.args[0]).close();
    return json(200, j);
}

/// Promote, publish, then call back on the loop's thread. What commits do comes before all of it,
/// or after.
static void promote(Server& s, const Promotion& order, std::function<void(const Outcome&)> then) {
    std::lock_guard hold(s.store.database.commit_lock());
    Revision r = s.store.stages.promote(order);
    Outcome o{.revision = r.number};
    o.changed = r.profiles.size();
    for (auto& p : r.profiles) {
        auto now = s.store.stages.served(p.object);
        o.published.push_back(now ? *now : Profile{.object = p.object});
    }
    s.loop.post([&s, o = std::move(o), order, then = std::move(then)] {
        s.publish(o, order.author, order.comment);
        then(o);
    });
}

/// "3", "10%" or names and patterns: of the nodes whose profile changes.
static std::vector<std::string> canaries(const std::vector<Promoted>& changes,
                                         const std::string& wanted) {
    std::vector<std::string> nodes, chosen;
    for (auto& p : changes)
        nodes.push_back(node_of(p.object));
    std::sort(nodes.begin(), nodes.end());
    size_t n = 0;
    auto [end, ec] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), n);
    std::string_view unit(end, size_t(wanted.data() + wanted.size() - end));
    if (ec == std::errc() && (unit.empty() || unit == "%")) {
        if (n == 0)
            throw Error(exit_data, "a canary of no nodes says nothing");
        if (!unit.empty() && n > 100)
            throw Error(exit_data, fmt::format("'{}' is more than all", wanted));
        if (!unit.empty())
            n = (nodes.size() * n + 99) / 100;
        nodes.resize(std::min(n, nodes.size()));
        return nodes;
    }
    for (size_t at = 0; at <= wanted.size();) {
        size_t stop = std::min(wanted.find(',', at), wanted.size());
        std::string pattern = wanted.substr(at, stop - at);
        at = stop + 1;
        size_t before = chosen.size();
        for (auto& node : nodes)
            if (fnmatch(pattern.c_str(), node.c_str(), 0) == 0)
                chosen.push_back(node);
        if (chosen.size() == before)
            throw Error(exit_data, fmt::format("no node that would change is called '{}'", pattern),
                        {}, "'cdb promote -n' shows which would");
    }
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
}

Answer post_promote(Server& s, Call& c) {
    Element body = c.body();
    s.need(c, Namespaces::promote, c.args[0]);
    auto stage = s.store.stages.find(c.args[0]);
    if (!stage)
        return problem(404, fmt::format("there is no stage '{}'", c.args[0]),
                       "'cdb stage' lists them");
    bool back = flag_of(body, "back");
    Promotion order{
        .stage = stage->name,
        .target = revision_of(s, body, "revision"),
        .author = c.who.name,
        .comment = text_of(body, "comment"),
        .wait = int64_t(std::min<uint64_t>(number_of(body, "wait", 1800), 366 * 86400))};
    if (back && !field(body, "revision"))
        order.target = stage->revision;
    if (order.target < stage->revision && !back)
        throw Error(
            exit_no,
            fmt::format("the stage '{}' is at revision {} already", stage->name, stage->revision),
            {}, "'cdb promote --back' goes back");
    auto changes = s.store.stages.promotion(*stage, order.target);
    if (flag_of(body, "check")) {
        Outcome o{.revision = order.target};
        auto tree = [&](const std::optional<Profile>& p) {
            return p ? read_xml(s.store.contents.text(p->xml), p->object) : Element();
        };
        constexpr size_t most = 1000;  // commits wait meanwhile
        for (size_t i = 0; i < std::min(most, changes.size()); i++)
            o.effects.push_back(effect(node_of(changes[i].object), tree(changes[i].before),
                                       tree(changes[i].after)));
        if (changes.size() > most)
            o.notes.push_back(
                fmt::format("only the first {} of {} profiles are compared", most, changes.size()));
        o.effects = grouped(std::move(o.effects));
        s.veil(c, o.effects);
        o.changed = changes.size();
        Json j;
        put(j, o);
        return json(200, j);
    }
    if (std::string wanted = text_of(body, "canary"); !wanted.empty())
        order.canary = canaries(changes, wanted);
    if (order.comment.empty())
        order.comment = fmt::format("{} to revision {}{}", stage->name, order.target,
                                    order.canary.empty() ? "" : ", canary");
    if (changes.empty() && !stage->target) {
        Outcome o{.state = Outcome::unchanged, .revision = order.target};
        Json j;
        put(j, o);
        return json(200, j);
    }
    promote(s, order, [reply = c.reply](const Outcome& o) {
        Json j;
        put(j, o);
        reply.send(json(200, j));
    });
    return std::nullopt;
}

// ---- the second step

/// "" while reports are missing and all that came are good.
static std::string bad_report(const Server& s, const Stage& stage, size_t& good) {
    for (auto& node : stage.canary) {
        auto it = s.published.find(node);
        const NodeState* n = s.nodes.find(node);
        if (it == s.published.end() || it->second.revision < stage.promoted)
            good++;  // its profile did not change
        else if (!n || n->reported < stage.started)
            continue;
        else if (n->status == "failed" && n->has >= stage.promoted)
            return fmt::format("{} failed{}{}", node, n->message.empty() ? "" : ": ", n->message);
        else if (n->status != "failed" && n->runs >= stage.promoted)
            good++;
    }
    return {};
}

/// The stages are read where the store may be waited for, the reports where they come in.
void Server::watch_canaries() {
    if (canaries_busy_)
        return;
    canaries_busy_ = true;
    work.house.submit([this] {
        std::vector<Stage> stages;
        try {
            stages = store.stages.all();
            std::erase_if(stages, [](auto& s) { return !s.target || !s.stopped.empty(); });
        } catch (const Error& e) {
            log.error("stages: {}", e.message);
        }
        loop.post([this, stages = std::move(stages)] { look_at_canaries(stages); });
    });
}

void Server::look_at_canaries(const std::vector<Stage>& stages) {
    for (auto& stage : stages) {
        size_t good = 0;
        std::string bad = bad_report(*this, stage, good);
        if (bad.empty() && good < stage.canary.size() && store.database.now() >= stage.deadline)
            bad = fmt::format("{} of {} nodes have not reported in time",
                              stage.canary.size() - good, stage.canary.size());
        if (bad.empty() && good < stage.canary.size())
            continue;
        work.line.submit([this, stage, bad] {
            Promotion order{.stage = stage.name,
                            .target = stage.target,
                            .author = "cdbd",
                            .comment = fmt::format("{} to revision {}: {} nodes reported success",
                                                   stage.name, stage.target, stage.canary.size())};
            try {
                auto now = store.stages.find(stage.name);
                if (!now || now->promoted != stage.promoted) {
                }  // promoted again meanwhile
                else if (bad.empty())
                    promote(*this, order, [](auto&) {});
                else {
                    store.stages.stop(stage.name, bad);
                    log.error("stage {} stops on its way to revision {}: {}", stage.name,
                              stage.target, bad);
                }
            } catch (const Error& e) {
                log.error("stage {}: {}", stage.name, e.message);
            }
            loop.post([this] { canaries_busy_ = false; });
        });
        return;  // one at a time
    }
    canaries_busy_ = false;
}

}  // namespace weft::cdb
