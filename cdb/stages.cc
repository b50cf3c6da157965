// Stages: nodes that get the profiles of a revision of their own until a promotion moves it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

const Stage* stage_of(const std::vector<Stage>& stages, std::string_view node) {
    auto it =
        std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.has(node); });
    return it == stages.end() ? nullptr : &*it;
}

std::vector<Stage> Store::stages() const {
    std::vector<Stage> all;
    t_->stage.each(nullptr, {}, [&](auto name, auto v) {
        return all.push_back(Stage::decode(std::string(name), v)), true;
    });
    return all;
}

std::optional<Stage> Store::stage(std::string_view name) const {
    auto v = t_->stage.get(nullptr, name);
    if (!v)
        return std::nullopt;
    return Stage::decode(std::string(name), *v);
}

Stage Store::add_stage(std::string name, std::vector<std::string> nodes, const std::string& who) {
    check_name(name);
    if (nodes.empty())
        throw Error(exit_data, "a stage needs nodes", {}, "patterns of their names: 'lxb0*'");
    std::lock_guard hold(commit_lock_);
    // All of it is read before the transaction: a read from beside would wait for what that has
    // written.
    auto all = stages();
    if (std::any_of(all.begin(), all.end(), [&](auto& o) { return o.name == name; }))
        throw Error(exit_no, fmt::format("there is a stage '{}' already", name));
    Stage s{.name = name, .nodes = nodes};
    std::set<uint64_t, std::greater<>> revisions = {head()};
    for (auto& o : all)
        revisions.insert({o.revision, o.target});
    all.push_back(s);
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
    std::vector<Profile> has;
    for (auto& object : objects_of(all, name))
        has.push_back(served(object).value_or(Profile{.object = object}));
    auto fits = [&](uint64_t revision) {
        return std::all_of(has.begin(), has.end(), [&](auto& p) {
            return p.xml == profile_at(p.object, revision).value_or(Profile()).xml;
        });
    };
    auto found = std::find_if(revisions.begin(), revisions.end(), fits);
    if (found == revisions.end())
        throw Error(exit_no, "nodes of this stage have the profiles of different revisions", {},
                    "promote the stages they are in so far, or name fewer nodes");
    s.revision = *found;
    return env_.update([&](bdb::Txn& t) {
        for (Profile p : has) {
            // A time once given is never given again, nor an earlier one.
            if (auto old = t_->serve.get(&t, p.object))
                p.modified = std::max(p.modified, Profile::decode(p.object, *old).modified);
            t_->serve.put(t, p.object, p.encode());
        }
        t_->stage.put(t, name, s.encode());
        audit(t, who, "stage",
              fmt::format("{} at revision {}: {}", name, s.revision, fmt::join(nodes, " ")));
        return s;
    });
}

void Store::drop_stage(std::string_view name, const std::string& who) {
    std::lock_guard hold(commit_lock_);
    auto s = stage(name);
    if (!s)
        throw Error(exit_no, fmt::format("there is no stage '{}'", name));
    auto others = stages();
    std::erase_if(others, [&](auto& o) { return o.name == name; });
    auto without = [&](std::string_view object) {
        const Stage* next = stage_of(others, node_of(object));
        return next ? next->revision : head();
    };
    if (s->target || !moves(*s, without).empty())
        throw Error(
            exit_no,
            fmt::format("the nodes of the stage '{}' would get other profiles without it", name),
            {}, fmt::format("'cdb promote {}' brings it to the head", name));
    env_.update([&](bdb::Txn& t) {
        t_->stage.erase(t, name);
        audit(t, who, "stage", fmt::format("{} is gone", name));
    });
}

std::optional<Profile> Store::served(std::string_view object) const {
    if (!stage_of(stages(), node_of(object)))
        return profile(object);
    auto v = t_->serve.get(nullptr, object);
    if (!v)
        return std::nullopt;
    Profile p = Profile::decode(std::string(object), *v);
    if (p.xml.empty())
        return std::nullopt;
    return p;
}

std::vector<Profile> Store::served() const {
    auto all = stages();
    std::vector<Profile> out;
    for (Profile& p : profiles())
        if (!stage_of(all, node_of(p.object)))
            out.push_back(std::move(p));
    if (all.empty())
        return out;
    t_->serve.each(nullptr, {}, [&](std::string_view object, std::string_view v) {
        Profile p = Profile::decode(std::string(object), v);
        if (!p.xml.empty() && stage_of(all, node_of(object)))
            out.push_back(std::move(p));
        return true;
    });
    return out;
}

/// The objects of a stage's nodes: those there are, and those it had.
std::set<std::string> Store::objects_of(const std::vector<Stage>& all,
                                        std::string_view name) const {
    std::set<std::string> objects;
    for (const bdb::Table* table : {&t_->profile, &t_->serve})
        table->each(nullptr, {}, [&](std::string_view object, auto) {
            const Stage* of = stage_of(all, node_of(object));
            if (of && of->name == name)
                objects.emplace(object);
            return true;
        });
    return objects;
}

/// Whose profile would change, were each object at a revision of its own.
std::vector<Promoted> Store::moves(
    const Stage& s, const std::function<uint64_t(std::string_view object)>& target) const {
    std::vector<Promoted> out;
    for (auto& object : objects_of(stages(), s.name)) {
        Promoted p{.object = object,
                   .before = served(object),
                   .after = profile_at(object, target(object))};
        if ((p.before ? p.before->xml : Hash()) != (p.after ? p.after->xml : Hash()))
            out.push_back(std::move(p));
    }
    return out;
}

std::vector<Promoted> Store::promotion(const Stage& s, uint64_t target) const {
    return moves(s, [&](auto) { return target; });
}

Revision Store::promote(const Promotion& order) {
    auto found = stage(order.stage);
    if (!found)
        throw Error(exit_no, fmt::format("there is no stage '{}'", order.stage));
    Stage s = *found;
    auto to = revision(order.target);
    if (!to)
        throw Error(exit_data, fmt::format("there is no revision {}", order.target));
    if (to->recorded)
        throw Error(exit_data,
                    fmt::format("revision {} was only recorded: nothing was compiled from it",
                                order.target),
                    {}, "a later one was");
    // Canaries of a promotion before this one stay when the way is the same, and go back when it is
    // another.
    std::vector<std::string> canary = order.canary;
    if (!canary.empty() && s.target == order.target)
        canary.insert(canary.end(), s.canary.begin(), s.canary.end());
    std::sort(canary.begin(), canary.end());
    canary.erase(std::unique(canary.begin(), canary.end()), canary.end());
    auto changes = moves(s, [&](std::string_view object) {
        return canary.empty() || std::binary_search(canary.begin(), canary.end(), node_of(object))
                   ? order.target
                   : s.revision;
    });
    for (auto& p : changes)
        if (p.after && !t_->content.has(nullptr, p.after->xml))
            throw Error(exit_data, fmt::format("profiles of revision {} were pruned", order.target),
                        {}, fmt::format("those of revision {} and later are there", pruned()));
    return env_.update([&](bdb::Txn& t) {
        Revision rev{.number = meta_number(t_->meta, &t, "head") + 1,
                     .author = order.author,
                     .time = now(),
                     .comment = order.comment,
                     .base = s.revision,
                     .stage = s.name,
                     .target = order.target};
        for (auto& c : changes) {
            Profile p{.object = c.object};
            if (auto v = t_->serve.get(&t, c.object))
                p.modified = Profile::decode(c.object, *v).modified;
            p.modified = std::max(now(), p.modified + 1);
            p.revision = rev.number;
            if (c.after) {
                p.xml = c.after->xml;
                p.origins = c.after->origins;
            }
            t_->serve.put(t, c.object, p.encode());
            if (p.xml.empty())
                t_->outbox.erase(t, c.object);
            else
                t_->outbox.put(t, c.object,
                               Encoder().number(p.revision).number(uint64_t(p.modified)).take());
            rev.profiles.push_back({c.object, c.before ? c.before->xml : Hash(), p.xml});
        }
        if (canary.empty()) {
            s.revision = order.target;
            s.target = 0;
            s.canary.clear();
            s.stopped.clear();
            s.promoted = 0;
        } else {
            s.target = order.target;
            s.canary = canary;
            s.stopped.clear();
            s.promoted = rev.number;
            s.started = now();
            s.deadline = s.started + order.wait;
        }
        t_->stage.put(t, s.name, s.encode());
        t_->revision.put(t, number_key(rev.number), rev.encode());
        t_->meta.put(t, "head", number_key(rev.number));
        audit(t, order.author, "promote",
              fmt::format("{} to revision {}{}: {} profiles: {}", s.name, order.target,
                          order.canary.empty() ? "" : ", canary", rev.profiles.size(),
                          order.comment));
        return rev;
    });
}

void Store::stop_stage(std::string_view name, std::string why) {
    env_.update([&](bdb::Txn& t) {
        auto v = t_->stage.get(&t, name);
        if (!v)
            return;
        Stage s = Stage::decode(std::string(name), *v);
        s.stopped = why;
        t_->stage.put(t, name, s.encode());
        audit(t, "cdbd", "stop",
              fmt::format("{} on its way to revision {}: {}", name, s.target, why));
    });
}

}  // namespace weft::cdb
