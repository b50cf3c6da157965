// What is derived from the profiles: for each path, which objects hold what. Kept in the commit's
// own transaction, from the differences of the profiles.
#include "cdb/values.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "base/error.hh"
#include "base/wrap/gzip.hh"
#include "cdb/column.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/landing.hh"
#include "cdb/needs.hh"
#include "cdb/revisions.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

// ---- one column

std::string Column::encode() const {
    Encoder e;
    e.number(groups.size());
    for (auto& [value, slots] : groups) {
        std::vector<std::pair<uint32_t, uint32_t>> runs;  // (gap before it, its length)
        uint32_t next = 0;
        for (uint32_t s : slots) {
            if (!runs.empty() && s == next)
                runs.back().second++;
            else
                runs.emplace_back(s - next, 1);
            next = s + 1;
        }
        e.text(value).number(runs.size());
        for (auto& [gap, length] : runs)
            e.number(gap).number(length);
    }
    return e.take();
}

Column Column::decode(std::string_view bytes) {
    Column c;
    Decoder d(bytes, "the values of a path");
    c.groups.resize(d.number());
    for (Group& g : c.groups) {
        g.value = d.text();
        uint32_t next = 0;
        for (uint64_t runs = d.number(); runs; runs--) {
            next += uint32_t(d.number());
            for (uint64_t n = d.number(); n; n--)
                g.slots.push_back(next++);
        }
    }
    return c;
}

void Column::apply(Changes& changes, std::string_view path) {
    std::vector<Group> fresh;
    for (auto& [value, change] : changes) {
        auto& [drop, add] = change;
        std::sort(drop.begin(), drop.end());
        std::sort(add.begin(), add.end());
        auto it = std::lower_bound(groups.begin(), groups.end(), value,
                                   [](const Group& g, std::string_view v) { return g.value < v; });
        bool known = it != groups.end() && it->value == value;
        std::vector<uint32_t> kept, all;
        if (known)
            std::set_difference(it->slots.begin(), it->slots.end(), drop.begin(), drop.end(),
                                std::back_inserter(kept));
        if ((known ? it->slots.size() : 0) - kept.size() != drop.size())
            throw Error(exit_io,
                        fmt::format("the index of '{}' does not follow from the profiles", path),
                        {}, "'cdb verify --rebuild' makes it anew");
        std::set_union(kept.begin(), kept.end(), add.begin(), add.end(), std::back_inserter(all));
        if (known)
            it->slots = std::move(all);
        else if (!all.empty())
            fresh.push_back({std::string(value), std::move(all)});
    }
    std::erase_if(groups, [](const Group& g) { return g.slots.empty(); });
    groups.insert(groups.end(), std::make_move_iterator(fresh.begin()),
                  std::make_move_iterator(fresh.end()));
    std::sort(groups.begin(), groups.end(),
              [](const Group& a, const Group& b) { return a.value < b.value; });
}

// ---- the store's part

struct Values::Fields {
    Database& db;
    const Tables& tables;
    const Contents& contents;
    const Revisions& revisions;
    NeedIndex needs;
    std::mutex lock = {};  // of what follows
    ObjectSlots slots = {};
};

Values::Values(Database& db, const Contents& contents, const Revisions& revisions)
    : f_(new Fields{db, db.tables(), contents, revisions, NeedIndex(db)}) {
    load();
    // A store of before there were columns.
    if (f_->slots->empty() && bdb::Cursor(f_->tables.profile, nullptr).first())
        rebuild();
}

Values::~Values() = default;

void Values::load() {
    f_->needs.load();
    load_slots();
}

std::vector<std::string> Values::objects_needing(const Need& need) const {
    return f_->needs.objects_needing(need);
}

std::vector<Need> Values::needs_of(std::string_view object) const {
    return f_->needs.needs_of(object);
}

Values::Learned Values::index(bdb::Txn& t, const Landing& l, const Revision& r) {
    Learned learned{.names = f_->needs.write(t, l), .slots = *slots()};
    index_columns(t, l, r, learned.slots);
    return learned;
}

void Values::learn(Learned learned) {
    f_->needs.learn(learned.names);
    auto slots = std::make_shared<const std::vector<ObjectSlot>>(std::move(learned.slots));
    std::lock_guard hold(f_->lock);
    f_->slots = std::move(slots);
}

void Values::rebuild_needs(bdb::Txn& t, const Landing& compiled) {
    for (auto* table : {&f_->tables.id, &f_->tables.needs, &f_->tables.users})
        clear(t, *table);
    f_->needs.forget();
    f_->needs.write(t, compiled);
}

ObjectSlots Values::slots() const {
    std::lock_guard hold(f_->lock);
    return f_->slots;
}

void Values::load_slots() {
    auto all = std::make_shared<std::vector<ObjectSlot>>();
    f_->tables.slot.each(nullptr, {}, [&](std::string_view object, std::string_view bytes) {
        Decoder d(bytes, "a slot");
        size_t n = d.number();
        if (all->size() <= n)
            all->resize(n + 1);
        (*all)[n] = {std::string(object), node_of(object), 0};
        return true;
    });
    for (ObjectSlot& s : *all)
        if (auto p = s.object.empty() ? std::nullopt : f_->revisions.profile(s.object))
            s.revision = p->revision;
    std::lock_guard hold(f_->lock);
    f_->slots = std::move(all);
}

/// On the way into the index: the changes of leaves, and which slot the profiles they number have.
struct Values::Moves {
    struct Part {
        std::vector<std::pair<LeafChange, const std::vector<LeafChanges::Run>*>> changes;
        const std::vector<uint32_t>* slots;
    };
    const Words& words;
    std::vector<Part> parts = {};

    void add(const LeafChanges& changes, const std::vector<uint32_t>& slots) {
        parts.push_back({changes.sorted(), &slots});
    }
    /// Path by path, in order.
    void each(const std::function<void(std::string_view path, Column::Changes&)>& f) const {
        std::map<std::string_view, std::vector<std::pair<const Part*, size_t>>>
            paths;  // where in each part it begins
        for (auto& p : parts)
            for (size_t i = 0; i < p.changes.size(); i++)
                if (!i || p.changes[i].first.path != p.changes[i - 1].first.path)
                    paths[words[p.changes[i].first.path]].emplace_back(&p, i);
        for (auto& [path, places] : paths) {
            Column::Changes changes;
            auto put = [](std::vector<uint32_t>& to, const std::vector<LeafChanges::Run>& runs,
                          const std::vector<uint32_t>& slots) {
                for (auto& r : runs)
                    to.insert(to.end(), slots.begin() + r.first, slots.begin() + r.first + r.count);
            };
            for (auto& [part, at] : places)
                for (size_t i = at; i < part->changes.size() &&
                                    part->changes[i].first.path == part->changes[at].first.path;
                     i++) {
                    auto& [c, runs] = part->changes[i];
                    if (c.before != LeafChange::no_word)
                        put(changes[words[c.before]].drop, *runs, *part->slots);
                    if (c.after != LeafChange::no_word)
                        put(changes[words[c.after]].add, *runs, *part->slots);
                }
            f(path, changes);
        }
    }
};

void Values::write(bdb::Txn& t, const Moves& moves) {
    moves.each([&](std::string_view path, Column::Changes& changes) {
        auto bytes = f_->tables.value.get(&t, path);
        Column c = bytes ? Column::decode(*bytes) : Column();
        c.apply(changes, path);
        if (c.groups.empty())
            f_->tables.value.erase(t, path);
        else
            f_->tables.value.put(t, path, c.encode());
    });
}

void Values::index_columns(bdb::Txn& t, const Landing& l, const Revision& r,
                           std::vector<ObjectSlot>& slots) {
    std::map<std::string_view, const Built*> built;
    for (auto& b : l.built)
        built[b.object] = &b;
    auto text = [&](const Hash& h) {
        return h.empty() ? std::string()
                         : gunzip(f_->tables.content.get(&t, h).value_or(""), size_t(1) << 30);
    };
    std::vector<uint32_t> compared(l.built.size()), others;
    LeafChanges rest;
    for (auto& p : r.profiles) {
        auto bytes = f_->tables.slot.get(&t, p.object);
        uint32_t slot =
            bytes ? uint32_t(Decoder(*bytes, "a slot").number()) : uint32_t(slots.size());
        if (!bytes) {
            f_->tables.slot.put(t, p.object, Encoder().number(slot).take());
            slots.push_back({p.object, node_of(p.object), 0});
        }
        slots[slot].revision = p.after.empty() ? 0 : r.number;
        auto it = built.find(p.object);
        // The differences were found while it compiled; of a withdrawal they were not.
        if (it != built.end() && it->second->compared) {
            if (it->second->values_from != p.before)
                throw Error(exit_io,
                            fmt::format("the profile of '{}' changed under a commit", p.object));
            compared[it->second->number] = slot;
        } else {
            rest.add(uint32_t(others.size()),
                     leaf_changes(text(p.before), text(p.after), *l.words));
            others.push_back(slot);
        }
    }
    Moves moves{*l.words};
    moves.add(*l.values, compared);
    moves.add(rest, others);
    write(t, moves);
}

void Values::each_column(std::string_view prefix,
                         const std::function<bool(std::string_view, std::string_view)>& f) const {
    f_->tables.value.each(nullptr, prefix, f);
}

void Values::rebuild() {
    Words words;
    LeafChanges changes;
    std::vector<std::string> objects;
    std::vector<uint32_t> same;  // a profile's number is its slot
    for (auto& p : f_->revisions.profiles()) {
        same.push_back(uint32_t(objects.size()));
        changes.add(same.back(), leaf_changes("", f_->contents.text(p.xml), words));
        objects.push_back(p.object);
    }
    Moves moves{words};
    moves.add(changes, same);
    f_->db.env().update([&](bdb::Txn& t) {
        clear(t, f_->tables.slot);
        clear(t, f_->tables.value);
        for (size_t i = 0; i < objects.size(); i++)
            f_->tables.slot.put(t, objects[i], Encoder().number(i).take());
        write(t, moves);
    });
    load_slots();
}

void Values::verify_columns(std::vector<std::string>& wrong) const {
    Words words;
    LeafChanges changes;
    auto known = slots();
    std::map<std::string_view, uint32_t> slot;
    std::vector<uint32_t> same;
    for (uint32_t i = 0; i < known->size(); i++) {
        same.push_back(i);
        if (!(*known)[i].object.empty())
            slot[(*known)[i].object] = i;
    }
    for (auto& p : f_->revisions.profiles()) {
        auto it = slot.find(p.object);
        if (it == slot.end()) {
            wrong.push_back(fmt::format("values: '{}' has a profile but no slot", p.object));
            continue;
        }
        try {
            changes.add(it->second, leaf_changes("", f_->contents.text(p.xml), words));
        } catch (const Error& e) {
            wrong.push_back(fmt::format("values: the profile of '{}': {}", p.object, e.message));
        }
    }
    Moves moves{words};
    moves.add(changes, same);
    uint64_t found = 0;
    moves.each([&](std::string_view path, Column::Changes& values) {
        Column want;
        want.apply(values, path);
        auto bytes = f_->tables.value.get(nullptr, path);
        found += bytes.has_value();
        if (!bytes)
            wrong.push_back(fmt::format("values: '{}' is not indexed", path));
        else if (want.encode() != *bytes)
            wrong.push_back(fmt::format(
                "values: what is indexed of '{}' does not follow from the profiles", path));
    });
    uint64_t rows = 0;
    f_->tables.value.each(nullptr, {}, [&](auto, auto) { return ++rows; });
    if (rows != found)
        wrong.push_back(
            fmt::format("values: {} paths are indexed that no profile has", rows - found));
}

void Values::verify(std::vector<std::string>& wrong) const {
    f_->needs.verify(wrong);
    verify_columns(wrong);
}

}  // namespace weft::cdb
