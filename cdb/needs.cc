// The indexes: each object's needs, and for each need the objects that have it. Both sides hold
// small numbers; a list of ten thousand objects is some twelve kilobytes, written only when it
// changes.
#include "cdb/needs.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "cdb/database.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

std::string encode_ids(const std::vector<uint32_t>& ids) {
    Encoder e;
    uint32_t last = 0;
    for (uint32_t id : ids) {
        e.number(id - last);
        last = id;
    }
    return e.take();
}

std::vector<uint32_t> decode_ids(std::string_view bytes) {
    std::vector<uint32_t> ids;
    Decoder d(bytes, "an index");
    uint32_t last = 0;
    while (!d.empty())
        ids.push_back(last += uint32_t(d.number()));
    return ids;
}

static std::string id_key(uint32_t id) { return number_key(id).substr(4); }

void NeedIndex::load() {
    std::lock_guard hold(lock_);
    ids_.clear();
    names_.clear();
    db_.tables().id.each(nullptr, {}, [&](std::string_view name, std::string_view id) {
        Decoder d(id, "an id");
        auto n = uint32_t(d.number());
        ids_.emplace(name, n);
        if (names_.size() <= n)
            names_.resize(n + 1);
        names_[n] = name;
        return true;
    });
}

void NeedIndex::forget() {
    std::lock_guard hold(lock_);
    ids_.clear();
    names_.clear();
}

uint32_t NeedIndex::id_of(bdb::Txn& t, const std::string& name,
                          std::vector<std::string>& fresh) const {
    std::lock_guard hold(lock_);
    if (auto it = ids_.find(name); it != ids_.end())
        return it->second;
    // A name of this very transaction: the table knows it, memory learns it after the commit.
    if (auto v = db_.tables().id.get(&t, name))
        return uint32_t(Decoder(*v, "an id").number());
    auto id = uint32_t(names_.size() + fresh.size());
    db_.tables().id.put(t, name, Encoder().number(id).take());
    fresh.push_back(name);
    return id;
}

std::vector<std::string> NeedIndex::write(bdb::Txn& t, const Landing& l) {
    std::vector<std::string> fresh;
    struct Delta {
        std::vector<uint32_t> add, drop;
    };
    std::map<uint32_t, Delta> deltas;
    auto change = [&](const std::string& object, std::vector<uint32_t> now) {
        uint32_t self = id_of(t, need_key({Need::object, object}), fresh);
        auto bytes = db_.tables().needs.get(&t, object);
        auto old = bytes ? decode_ids(*bytes) : std::vector<uint32_t>{};
        std::sort(now.begin(), now.end());
        now.erase(std::unique(now.begin(), now.end()), now.end());
        if (now == old && bytes)
            return;
        for (uint32_t id : now)
            if (!std::binary_search(old.begin(), old.end(), id))
                deltas[id].add.push_back(self);
        for (uint32_t id : old)
            if (!std::binary_search(now.begin(), now.end(), id))
                deltas[id].drop.push_back(self);
        if (now.empty())
            db_.tables().needs.erase(t, object);
        else
            db_.tables().needs.put(t, object, encode_ids(now));
    };
    std::vector<std::optional<uint32_t>> known(l.words->size());  // word -> id
    for (const Built& b : l.built) {
        std::vector<uint32_t> ids;
        for (uint32_t n : b.needs) {
            if (!known[n])
                known[n] = id_of(t, (*l.words)[n], fresh);
            ids.push_back(*known[n]);
        }
        change(b.object, std::move(ids));
    }
    for (const std::string& object : l.withdrawn)
        change(object, {});

    for (auto& [id, d] : deltas) {
        auto bytes = db_.tables().users.get(&t, id_key(id));
        auto list = bytes ? decode_ids(*bytes) : std::vector<uint32_t>{};
        std::sort(d.drop.begin(), d.drop.end());
        std::erase_if(
            list, [&](uint32_t o) { return std::binary_search(d.drop.begin(), d.drop.end(), o); });
        list.insert(list.end(), d.add.begin(), d.add.end());
        std::sort(list.begin(), list.end());
        if (list.empty())
            db_.tables().users.erase(t, id_key(id));
        else
            db_.tables().users.put(t, id_key(id), encode_ids(list));
    }
    return fresh;
}

void NeedIndex::learn(const std::vector<std::string>& names) {
    std::lock_guard hold(lock_);
    for (auto& name : names) {
        ids_.emplace(name, uint32_t(names_.size()));
        names_.push_back(name);
    }
}

std::vector<std::string> NeedIndex::objects_needing(const Need& need) const {
    std::vector<std::string> out;
    std::lock_guard hold(lock_);
    auto it = ids_.find(need_key(need));
    if (it == ids_.end())
        return out;
    auto v = db_.tables().users.get(nullptr, id_key(it->second));
    if (!v)
        return out;
    for (uint32_t id : decode_ids(*v))
        if (id < names_.size())
            out.push_back(names_[id].substr(1));
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<Need> NeedIndex::needs_of(std::string_view object) const {
    std::vector<Need> out;
    auto v = db_.tables().needs.get(nullptr, object);
    if (!v)
        return out;
    std::lock_guard hold(lock_);
    for (uint32_t id : decode_ids(*v))
        if (id < names_.size() && !names_[id].empty())
            out.push_back({Need::Kind(names_[id][0]), names_[id].substr(1)});
    std::sort(out.begin(), out.end());
    return out;
}

void NeedIndex::verify(std::vector<std::string>& wrong) const {
    std::map<uint32_t, std::vector<uint32_t>> want;
    std::lock_guard hold(lock_);
    auto name = [&](uint32_t id) {
        return id < names_.size() ? names_[id] : fmt::format("#{}", id);
    };
    db_.tables().needs.each(nullptr, {}, [&](std::string_view object, std::string_view ids) {
        auto self = ids_.find(need_key({Need::object, std::string(object)}));
        if (self == ids_.end()) {
            wrong.push_back(fmt::format("index: the object '{}' has no id", object));
            return true;
        }
        if (!db_.tables().profile.has(nullptr, object))
            wrong.push_back(fmt::format("index: '{}' has needs but no profile", object));
        for (uint32_t id : decode_ids(ids)) {
            want[id].push_back(self->second);
            if (id >= names_.size())
                wrong.push_back(fmt::format("index: '{}' needs the unknown id {}", object, id));
            else if (names_[id][0] == Need::file &&
                     !db_.tables().tree.has(nullptr, names_[id].substr(1)))
                wrong.push_back(
                    fmt::format("index: '{}' needs the file '{}', which the head does not have",
                                object, names_[id].substr(1)));
        }
        return true;
    });
    db_.tables().users.each(nullptr, {}, [&](std::string_view key, std::string_view ids) {
        auto id = uint32_t(key_number(std::string(4, '\0') + std::string(key)));
        auto list = decode_ids(ids);
        auto it = want.find(id);
        if (it != want.end())
            std::sort(it->second.begin(), it->second.end());
        if (it == want.end() || it->second != list)
            wrong.push_back(
                fmt::format("index: the users of '{}' are not those who need it", name(id)));
        if (it != want.end())
            want.erase(it);
        return true;
    });
    for (auto& [id, list] : want)
        wrong.push_back(fmt::format("index: the users of '{}' are missing", name(id)));
    db_.tables().profile.each(nullptr, {}, [&](auto object, auto) {
        if (!db_.tables().needs.has(nullptr, object))
            wrong.push_back(fmt::format("index: '{}' has a profile but no needs", object));
        return true;
    });
}

}  // namespace weft::cdb
