// The index of values: for each path, which objects hold what. Kept by Store::land in the commit's
// own transaction, from the differences of the profiles.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/wrap/gzip.hh"
#include "cdb/column.hh"
#include "cdb/store.hh"
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

Store::Slots Store::slots() const {
    std::lock_guard hold(ids_lock_);
    return slots_;
}

void Store::load_slots() {
    auto all = std::make_shared<std::vector<Slot>>();
    t_->slot.each(nullptr, {}, [&](std::string_view object, std::string_view bytes) {
        Decoder d(bytes, "a slot");
        size_t n = d.number();
        if (all->size() <= n)
            all->resize(n + 1);
        (*all)[n] = {std::string(object), node_of(object), 0};
        return true;
    });
    for (Slot& s : *all)
        if (auto p = s.object.empty() ? std::nullopt : profile(s.object))
            s.revision = p->revision;
    std::lock_guard hold(ids_lock_);
    slots_ = std::move(all);
}

/// On the way into the index: the changes of leaves, and which slot the profiles they number have.
struct Store::ValueMoves {
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

void Store::write_values(bdb::Txn& t, const ValueMoves& moves) {
    moves.each([&](std::string_view path, Column::Changes& changes) {
        auto bytes = t_->value.get(&t, path);
        Column c = bytes ? Column::decode(*bytes) : Column();
        c.apply(changes, path);
        if (c.groups.empty())
            t_->value.erase(t, path);
        else
            t_->value.put(t, path, c.encode());
    });
}

void Store::index_values(bdb::Txn& t, const Landing& l, const Revision& r,
                         std::vector<Slot>& slots) {
    std::map<std::string_view, const Built*> built;
    for (auto& b : l.built)
        built[b.object] = &b;
    auto text = [&](const Hash& h) {
        return h.empty() ? std::string()
                         : gunzip(t_->content.get(&t, h).value_or(""), size_t(1) << 30);
    };
    std::vector<uint32_t> compared(l.built.size()), others;
    LeafChanges rest;
    for (auto& p : r.profiles) {
        auto bytes = t_->slot.get(&t, p.object);
        uint32_t slot =
            bytes ? uint32_t(Decoder(*bytes, "a slot").number()) : uint32_t(slots.size());
        if (!bytes) {
            t_->slot.put(t, p.object, Encoder().number(slot).take());
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
    ValueMoves moves{*l.words};
    moves.add(*l.values, compared);
    moves.add(rest, others);
    write_values(t, moves);
}

void Store::each_column(std::string_view prefix,
                        const std::function<bool(std::string_view, std::string_view)>& f) const {
    t_->value.each(nullptr, prefix, f);
}

void Store::rebuild_values() {
    Words words;
    LeafChanges changes;
    std::vector<std::string> objects;
    std::vector<uint32_t> same;  // a profile's number is its slot
    for (auto& p : profiles()) {
        same.push_back(uint32_t(objects.size()));
        changes.add(same.back(), leaf_changes("", content(p.xml), words));
        objects.push_back(p.object);
    }
    ValueMoves moves{words};
    moves.add(changes, same);
    env_.update([&](bdb::Txn& t) {
        clear(t, t_->slot);
        clear(t, t_->value);
        for (size_t i = 0; i < objects.size(); i++)
            t_->slot.put(t, objects[i], Encoder().number(i).take());
        write_values(t, moves);
    });
    load_slots();
}

void Store::verify_values(std::vector<std::string>& wrong) const {
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
    for (auto& p : profiles()) {
        auto it = slot.find(p.object);
        if (it == slot.end()) {
            wrong.push_back(fmt::format("values: '{}' has a profile but no slot", p.object));
            continue;
        }
        try {
            changes.add(it->second, leaf_changes("", content(p.xml), words));
        } catch (const Error& e) {
            wrong.push_back(fmt::format("values: the profile of '{}': {}", p.object, e.message));
        }
    }
    ValueMoves moves{words};
    moves.add(changes, same);
    uint64_t found = 0;
    moves.each([&](std::string_view path, Column::Changes& values) {
        Column want;
        want.apply(values, path);
        auto bytes = t_->value.get(nullptr, path);
        found += bytes.has_value();
        if (!bytes)
            wrong.push_back(fmt::format("values: '{}' is not indexed", path));
        else if (want.encode() != *bytes)
            wrong.push_back(fmt::format(
                "values: what is indexed of '{}' does not follow from the profiles", path));
    });
    uint64_t rows = 0;
    t_->value.each(nullptr, {}, [&](auto, auto) { return ++rows; });
    if (rows != found)
        wrong.push_back(
            fmt::format("values: {} paths are indexed that no profile has", rows - found));
}

}  // namespace weft::cdb
