// Stages: nodes that get the profiles of a revision of their own until a promotion moves it.
#include "cdb/stages.hh"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

struct Stages::Fields {
    Database& db;
    const Tables& tables;
    const Contents& contents;
    Revisions& revisions;
};

Stages::Stages(Database& db, const Contents& contents, Revisions& revisions)
    : f_(std::make_unique<Fields>(Fields{db, db.tables(), contents, revisions})) {}

Stages::~Stages() = default;

const Stage* stage_of(const std::vector<Stage>& stages, std::string_view node) {
    auto it =
        std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.has(node); });
    return it == stages.end() ? nullptr : &*it;
}

std::vector<Stage> Stages::all() const {
    std::vector<Stage> all;
    f_->tables.stage.each(nullptr, {}, [&](auto name, auto v) {
        all.push_back(Stage::decode(std::string(name), v));
        return true;
    });
    return all;
}

std::optional<Stage> Stages::find(std::string_view name) const {
    auto v = f_->tables.stage.get(nullptr, name);
    if (!v)
        return std::nullopt;
    return Stage::decode(std::string(name), *v);
}

Stage Stages::add(std::string name, std::vector<std::string> nodes, const std::string& who) {
    check_name(name);
    if (nodes.empty())
        throw Error(exit_data, "a stage needs nodes", {}, "patterns of their names: 'lxb0*'");
    std::lock_guard hold(f_->db.commit_lock());
    // All of it is read before the transaction: a read from beside would wait for what that has
    // written.
    auto all = this->all();
    if (std::any_of(all.begin(), all.end(), [&](auto& o) { return o.name == name; }))
        throw Error(exit_no, fmt::format("there is a stage '{}' already", name));
    Stage s{.name = name, .nodes = nodes};
    std::set<uint64_t, std::greater<>> revisions = {f_->revisions.head()};
    for (auto& o : all)
        revisions.insert({o.revision, o.target});
    all.push_back(s);
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
    std::vector<Profile> has;
    for (auto& object : objects_of(all, name))
        has.push_back(served(object).value_or(Profile{.object = object}));
    auto fits = [&](uint64_t revision) {
        return std::all_of(has.begin(), has.end(), [&](auto& p) {
            return p.xml == f_->revisions.profile_at(p.object, revision).value_or(Profile()).xml;
        });
    };
    auto found = std::find_if(revisions.begin(), revisions.end(), fits);
    if (found == revisions.end())
        throw Error(exit_no, "nodes of this stage have the profiles of different revisions", {},
                    "promote the stages they are in so far, or name fewer nodes");
    s.revision = *found;
    return f_->db.env().update([&](bdb::Txn& t) {
        for (Profile p : has) {
            // A time once given is never given again, nor an earlier one.
            if (auto old = f_->tables.serve.get(&t, p.object))
                p.modified = std::max(p.modified, Profile::decode(p.object, *old).modified);
            f_->tables.serve.put(t, p.object, p.encode());
        }
        f_->tables.stage.put(t, name, s.encode());
        f_->db.audit(t, who, "stage",
                     fmt::format("{} at revision {}: {}", name, s.revision, fmt::join(nodes, " ")));
        return s;
    });
}

void Stages::drop(std::string_view name, const std::string& who) {
    std::lock_guard hold(f_->db.commit_lock());
    auto s = find(name);
    if (!s)
        throw Error(exit_no, fmt::format("there is no stage '{}'", name));
    auto others = this->all();
    std::erase_if(others, [&](auto& o) { return o.name == name; });
    auto without = [&](std::string_view object) {
        const Stage* next = stage_of(others, node_of(object));
        return next ? next->revision : f_->revisions.head();
    };
    if (s->target || !moves(*s, without).empty())
        throw Error(
            exit_no,
            fmt::format("the nodes of the stage '{}' would get other profiles without it", name),
            {}, fmt::format("'cdb promote {}' brings it to the head", name));
    f_->db.env().update([&](bdb::Txn& t) {
        f_->tables.stage.erase(t, name);
        f_->db.audit(t, who, "stage", fmt::format("{} is gone", name));
    });
}

std::optional<Profile> Stages::served(std::string_view object) const {
    if (!stage_of(all(), node_of(object)))
        return f_->revisions.profile(object);
    auto v = f_->tables.serve.get(nullptr, object);
    if (!v)
        return std::nullopt;
    Profile p = Profile::decode(std::string(object), *v);
    if (p.xml.empty())
        return std::nullopt;
    return p;
}

std::vector<Profile> Stages::served() const {
    auto all = this->all();
    std::vector<Profile> out;
    for (Profile& p : f_->revisions.profiles())
        if (!stage_of(all, node_of(p.object)))
            out.push_back(std::move(p));
    if (all.empty())
        return out;
    f_->tables.serve.each(nullptr, {}, [&](std::string_view object, std::string_view v) {
        Profile p = Profile::decode(std::string(object), v);
        if (!p.xml.empty() && stage_of(all, node_of(object)))
            out.push_back(std::move(p));
        return true;
    });
    return out;
}

/// The objects of a stage's nodes: those there are, and those it had.
std::set<std::string> Stages::objects_of(const std::vector<Stage>& all,
                                         std::string_view name) const {
    std::set<std::string> objects;
    for (const bdb::Table* table : {&f_->tables.profile, &f_->tables.serve})
        table->each(nullptr, {}, [&](std::string_view object, auto) {
            const Stage* of = stage_of(all, node_of(object));
            if (of && of->name == name)
                objects.emplace(object);
            return true;
        });
    return objects;
}

/// Whose profile would change, were each object at a revision of its own.
std::vector<Promoted> Stages::moves(
    const Stage& s, const std::function<uint64_t(std::string_view object)>& target) const {
    std::vector<Promoted> out;
    for (auto& object : objects_of(all(), s.name)) {
        Promoted p{.object = object,
                   .before = served(object),
                   .after = f_->revisions.profile_at(object, target(object))};
        if ((p.before ? p.before->xml : Hash()) != (p.after ? p.after->xml : Hash()))
            out.push_back(std::move(p));
    }
    return out;
}

std::vector<Promoted> Stages::promotion(const Stage& s, uint64_t target) const {
    return moves(s, [&](auto) { return target; });
}

/// The row of the outbox that tells a node.
static std::string told_by(const Profile& p) {
    return Encoder().number(p.revision).number(uint64_t(p.modified)).take();
}

Revision Stages::promote(const Promotion& order) {
    auto found = find(order.stage);
    if (!found)
        throw Error(exit_no, fmt::format("there is no stage '{}'", order.stage));
    Stage s = *found;
    auto to = f_->revisions.find(order.target);
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
        if (p.after && !f_->contents.stored(nullptr, p.after->xml))
            throw Error(
                exit_data, fmt::format("profiles of revision {} were pruned", order.target), {},
                fmt::format("those of revision {} and later are there", f_->revisions.pruned()));
    Revision promoted = f_->db.env().update([&](bdb::Txn& t) {
        Revision rev{.number = f_->revisions.head(t) + 1,
                     .author = order.author,
                     .time = f_->db.now(),
                     .comment = order.comment,
                     .base = s.revision,
                     .stage = s.name,
                     .target = order.target};
        for (auto& c : changes) {
            Profile p{.object = c.object};
            if (auto v = f_->tables.serve.get(&t, c.object))
                p.modified = Profile::decode(c.object, *v).modified;
            p.modified = std::max(f_->db.now(), p.modified + 1);
            p.revision = rev.number;
            if (c.after) {
                p.xml = c.after->xml;
                p.origins = c.after->origins;
            }
            f_->tables.serve.put(t, c.object, p.encode());
            if (p.xml.empty())
                f_->tables.outbox.erase(t, c.object);
            else
                f_->tables.outbox.put(t, c.object, told_by(p));
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
            s.started = f_->db.now();
            s.deadline = s.started + order.wait;
        }
        f_->tables.stage.put(t, s.name, s.encode());
        f_->revisions.append(t, rev);
        f_->db.audit(t, order.author, "promote",
                     fmt::format("{} to revision {}{}: {} profiles: {}", s.name, order.target,
                                 order.canary.empty() ? "" : ", canary", rev.profiles.size(),
                                 order.comment));
        return rev;
    });
    f_->db.committed(promoted.number);
    return promoted;
}

void Stages::stop(std::string_view name, std::string why) {
    f_->db.env().update([&](bdb::Txn& t) {
        auto v = f_->tables.stage.get(&t, name);
        if (!v)
            return;
        Stage s = Stage::decode(std::string(name), *v);
        s.stopped = why;
        f_->tables.stage.put(t, name, s.encode());
        f_->db.audit(t, "cdbd", "stop",
                     fmt::format("{} on its way to revision {}: {}", name, s.target, why));
    });
}

void Stages::each_given(const std::function<void(const Profile&)>& f) const {
    f_->tables.serve.each(nullptr, {}, [&](std::string_view object, std::string_view bytes) {
        f(Profile::decode(std::string(object), bytes));
        return true;
    });
}

int64_t Stages::given(const bdb::Txn& t, std::string_view object) const {
    auto bytes = f_->tables.serve.get(&t, object);
    return bytes ? Profile::decode(std::string(object), *bytes).modified : 0;
}

// ---- notification

void Stages::tell(bdb::Txn& t, const std::vector<Stage>& stages, const Profile& p) {
    if (stage_of(stages, node_of(p.object)))
        return;
    if (p.xml.empty())
        f_->tables.outbox.erase(t, p.object);
    else
        f_->tables.outbox.put(t, p.object, told_by(p));
}

std::vector<Pending> Stages::pending() const {
    std::vector<Pending> all;
    f_->tables.outbox.each(nullptr, {}, [&](std::string_view object, std::string_view v) {
        Decoder d(v, "an outbox entry");
        Pending p{.object = std::string(object), .revision = d.number()};
        p.modified = int64_t(d.number());
        all.push_back(std::move(p));
        return true;
    });
    return all;
}

void Stages::told(const std::vector<std::pair<std::string, uint64_t>>& objects) {
    if (objects.empty())
        return;
    f_->db.env().update([&](bdb::Txn& t) {
        for (auto& [object, revision] : objects)
            if (auto v = f_->tables.outbox.get(&t, object);
                v && Decoder(*v, "an outbox entry").number() <= revision)
                f_->tables.outbox.erase(t, object);
    });
}

// ---- nodes

std::vector<std::pair<std::string, std::string>> Stages::nodes() const {
    std::vector<std::pair<std::string, std::string>> all;
    f_->tables.node.each(nullptr, {}, [&](auto name, auto v) {
        all.emplace_back(name, v);
        return true;
    });
    return all;
}

void Stages::put_nodes(const std::vector<std::pair<std::string, std::string>>& nodes) {
    if (nodes.empty())
        return;
    f_->db.env().update([&](bdb::Txn& t) {
        for (auto& [name, v] : nodes)
            f_->tables.node.put(t, name, v);
    });
}

void Stages::verify(std::vector<std::string>& wrong) const {
    std::map<std::string, Hash> given;  // by promotion, the last one
    f_->tables.revision.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        try {
            Revision r = Revision::decode(key_number(key), bytes);
            if (!r.stage.empty())
                for (auto& p : r.profiles)
                    given[p.object] = p.after;
        } catch (const Error&) {  // Revisions::verify tells
        }
        return true;
    });
    std::set<std::string> live;
    f_->tables.profile.each(nullptr, {}, [&](auto object, auto) {
        live.emplace(object);
        return true;
    });
    auto staged = all();
    f_->tables.serve.each(
        nullptr, {}, careful(wrong, "serve", [&](std::string_view object, std::string_view bytes) {
            Profile p = Profile::decode(std::string(object), bytes);
            const Stage* s = stage_of(staged, node_of(object));
            if (!s)
                return;
            if (!p.xml.empty() &&
                (!f_->contents.stored(nullptr, p.xml) || !f_->contents.stored(nullptr, p.origins)))
                wrong.push_back(
                    fmt::format("serve: the content of the profile of '{}' is missing", object));
            bool canary = s->target && std::find(s->canary.begin(), s->canary.end(),
                                                 node_of(object)) != s->canary.end();
            auto want = f_->revisions.profile_at(object, canary ? s->target : s->revision);
            if (p.xml != (want ? want->xml : Hash()))
                wrong.push_back(
                    fmt::format("serve: '{}' does not have the profile of its stage", object));
            auto it = given.find(std::string(object));
            if (it != given.end() && it->second != p.xml)
                wrong.push_back(fmt::format("serve: '{}' does not have what was promoted", object));
            live.emplace(object);
        }));
    f_->tables.outbox.each(nullptr, {}, [&](std::string_view object, auto) {
        if (!live.contains(std::string(object)))
            wrong.push_back(fmt::format("outbox: '{}' has no profile", object));
        return true;
    });
}

}  // namespace weft::cdb
