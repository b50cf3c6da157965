// The index of values: for each path, which objects hold what. Kept by Store::land in the commit's own
// transaction, from the differences of the profiles.
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
            if (!runs.empty() && s == next) runs.back().second++;
            else runs.emplace_back(s - next, 1);
            next = s + 1;
        }
        e.text(value).number(runs.size());
        for (auto& [gap, length] : runs) e.number(gap).number(length);
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
            for (uint64_t n = d.number(); n; n--) g.slots.push_back(next++);
        }
    }
    return c;
}

void Column::apply(const std::vector<Move>& moves, std::string_view path) {
    std::map<std::string_view, std::pair<std::vector<uint32_t>, std::vector<uint32_t>>> by_value;  // drop, add
    for (auto& m : moves) {
        if (!m.before.empty()) by_value[m.before].first.push_back(m.slot);
        if (!m.after.empty()) by_value[m.after].second.push_back(m.slot);
    }
    std::vector<Group> fresh;
    for (auto& [value, change] : by_value) {
        auto& [drop, add] = change;
        std::sort(drop.begin(), drop.end());
        std::sort(add.begin(), add.end());
        auto it = std::lower_bound(groups.begin(), groups.end(), value, [](const Group& g, std::string_view v) { return g.value < v; });
        bool known = it != groups.end() && it->value == value;
        std::vector<uint32_t> kept, all;
        if (known) std::set_difference(it->slots.begin(), it->slots.end(), drop.begin(), drop.end(), std::back_inserter(kept));
        if ((known ? it->slots.size() : 0) - kept.size() != drop.size())
            throw Error(exit_io, fmt::format("the index of '{}' does not follow from the profiles", path), {}, "'cdb verify --rebuild' makes it anew");
        std::set_union(kept.begin(), kept.end(), add.begin(), add.end(), std::back_inserter(all));
        if (known) it->slots = std::move(all);
        else if (!all.empty()) fresh.push_back({std::string(value), std::move(all)});
    }
    std::erase_if(groups, [](const Group& g) { return g.slots.empty(); });
    groups.insert(groups.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.value < b.value; });
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
        if (all->size() <= n) all->resize(n + 1);
        (*all)[n] = {std::string(object), node_of(object), 0};
        return true;
    });
    for (Slot& s : *all)
        if (auto p = s.object.empty() ? std::nullopt : profile(s.object)) s.revision = p->revision;
    std::lock_guard hold(ids_lock_);
    slots_ = std::move(all);
}

/// On the way into the index: by path, who moves from what to what.
struct Store::ValueMoves {
    Words& words;
    std::map<std::string_view, std::vector<Column::Move>> columns;

    void add(uint32_t slot, const std::vector<LeafChange>& changes) {
        auto word = [&](uint32_t n) { return n == LeafChange::no_word ? std::string_view() : std::string_view(words[n]); };
        for (auto& c : changes) columns[words[c.path]].push_back({slot, word(c.before), word(c.after)});
    }
};

void Store::write_values(bdb::Txn& t, const ValueMoves& moves) {
    for (auto& [path, list] : moves.columns) {
        auto bytes = t_->value.get(&t, path);
        Column c = bytes ? Column::decode(*bytes) : Column();
        c.apply(list, path);
        if (c.groups.empty()) t_->value.erase(t, path);
        else t_->value.put(t, path, c.encode());
    }
}

void Store::index_values(bdb::Txn& t, const Landing& l, const Revision& r, std::vector<Slot>& slots) {
    std::map<std::string_view, const Built*> built;
    for (auto& b : l.built) built[b.object] = &b;
    auto text = [&](const Hash& h, const Built* b) {
        if (h.empty()) return std::string();
        if (b && b->xml.hash == h && !b->xml.gzip.empty()) return gunzip(b->xml.gzip, size_t(1) << 30);
        return gunzip(t_->content.get(&t, h).value_or(""), size_t(1) << 30);
    };
    ValueMoves moves{*l.words, {}};
    std::vector<std::vector<LeafChange>> own;
    for (auto& p : r.profiles) {
        auto bytes = t_->slot.get(&t, p.object);
        uint32_t slot = bytes ? uint32_t(Decoder(*bytes, "a slot").number()) : uint32_t(slots.size());
        if (!bytes) {
            t_->slot.put(t, p.object, Encoder().number(slot).take());
            slots.push_back({p.object, node_of(p.object), 0});
        }
        slots[slot].revision = p.after.empty() ? 0 : r.number;
        auto it = built.find(p.object);
        const Built* b = it == built.end() ? nullptr : it->second;
        // The differences were found while it compiled, against what was published then; a withdrawal has none.
        if (b && b->compared && b->values_from == p.before) moves.add(slot, b->values);
        else moves.add(slot, leaf_changes(text(p.before, nullptr), text(p.after, b), *l.words));
    }
    write_values(t, moves);
}

void Store::each_column(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& f) const {
    t_->value.each(nullptr, prefix, f);
}

void Store::rebuild_values() {
    Words words;
    ValueMoves moves{words, {}};
    std::vector<std::string> objects;
    for (auto& p : profiles()) {
        moves.add(uint32_t(objects.size()), leaf_changes("", content(p.xml), words));
        objects.push_back(p.object);
    }
    env_.update([&](bdb::Txn& t) {
        for (auto* table : {&t_->slot, &t_->value}) {
            std::vector<std::string> old;
            table->each(&t, {}, [&](auto key, auto) { return old.emplace_back(key), true; });
            for (auto& key : old) table->erase(t, key);
        }
        for (size_t i = 0; i < objects.size(); i++) t_->slot.put(t, objects[i], Encoder().number(i).take());
        write_values(t, moves);
    });
    load_slots();
}

void Store::verify_values(std::vector<std::string>& wrong) const {
    Words words;
    ValueMoves moves{words, {}};
    auto known = slots();
    std::map<std::string_view, uint32_t> slot;
    for (uint32_t i = 0; i < known->size(); i++)
        if (!(*known)[i].object.empty()) slot[(*known)[i].object] = i;
    for (auto& p : profiles()) {
        auto it = slot.find(p.object);
        if (it == slot.end()) { wrong.push_back(fmt::format("values: '{}' has a profile but no slot", p.object)); continue; }
        try {
            moves.add(it->second, leaf_changes("", content(p.xml), words));
        } catch (const Error& e) {
            wrong.push_back(fmt::format("values: the profile of '{}': {}", p.object, e.message));
        }
    }
    t_->value.each(nullptr, {}, [&](std::string_view path, std::string_view bytes) {
        auto it = moves.columns.find(path);
        Column want;
        if (it != moves.columns.end()) want.apply(it->second, path), moves.columns.erase(it);
        if (want.encode() != bytes) wrong.push_back(fmt::format("values: what is indexed of '{}' does not follow from the profiles", path));
        return true;
    });
    for (auto& [path, list] : moves.columns) wrong.push_back(fmt::format("values: '{}' is not indexed", path));
}

}  // namespace weft::cdb
