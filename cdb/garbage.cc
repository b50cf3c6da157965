// Contents sent for a commit, and those that nothing refers to: it never came, or was refused.
#include <fmt/core.h>

#include <unordered_set>

#include "base/error.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

static constexpr int64_t kept = 3600;  // seconds between sending a content and naming it

/// Those sent within the last hour, by one, or by anybody when that is empty.
void Store::each_sent(
    const bdb::Txn* t, const std::string& who,
    const std::function<void(std::string_view key, int64_t time, uint64_t bytes)>& f) const {
    t_->sent.each(t, who.empty() ? "" : join(who, {}),
                  [&](std::string_view key, std::string_view v) {
                      Decoder d(v, "sent");
                      auto time = int64_t(d.number());
                      uint64_t bytes = d.number();
                      if (time + kept > now())
                          f(key, time, bytes);
                      return true;
                  });
}

void Store::note_sent(bdb::Txn& t, const std::string& who, const Hash& hash, uint64_t bytes) {
    if (auto v = t_->sent.get(&t, join(who, hash));
        v && !bytes) {  // sent again: it counts for the first time's bytes
        Decoder d(*v, "sent");
        d.number();
        bytes = d.number();
    }
    t_->sent.put(t, join(who, hash), Encoder().number(uint64_t(now())).number(bytes).take());
}

void Store::put_contents(const std::vector<Packed>& all, const std::string& who, uint64_t limit) {
    {
        std::lock_guard hold(spill_lock_);
        for (auto& p : all)
            spilled_.erase(p.hash);
    }
    env_.update([&](bdb::Txn& t) {
        uint64_t bytes = 0;
        if (limit != UINT64_MAX)
            each_sent(&t, who, [&](auto, int64_t, uint64_t size) { bytes += size; });
        for (auto& p : all) {
            uint64_t size = t_->content.has(&t, p.hash) ? 0 : p.gzip.size();
            if ((bytes += size) > limit)
                throw Error(exit_try_later,
                            fmt::format("'{}' has sent more than {} MB within the last hour", who,
                                        limit >> 20),
                            {}, "commit what was sent, or wait");
            put_content(t, p);
            note_sent(t, who, p.hash, size);
        }
    });
}

void Store::erase(bdb::Table& table, const std::vector<std::string>& keys) {
    for (size_t at = 0; at < keys.size(); at += 1000)
        env_.update([&](bdb::Txn& t) {
            for (size_t i = at; i < std::min(at + 1000, keys.size()); i++)
                table.erase(t, keys[i]);
        });
}

// ---- what a commit under way has made

void Store::spill(const std::vector<Packed>& all) {
    {
        std::lock_guard hold(spill_lock_);
        for (auto& p : all)
            if (!t_->content.has(nullptr, p.hash))
                spilled_.insert(p.hash);
    }
    env_.update([&](bdb::Txn& t) {
        for (auto& p : all)
            put_content(t, p);
    });
}

void Store::drop_spilled() {
    std::lock_guard hold(spill_lock_);
    erase(t_->content, {spilled_.begin(), spilled_.end()});
    spilled_.clear();
}

bool Store::has_spilled() const {
    std::lock_guard hold(spill_lock_);
    return !spilled_.empty();
}

void Store::keep_contents(const std::vector<Hash>& all, const std::string& who) {
    if (all.empty())
        return;
    env_.update([&](bdb::Txn& t) {
        for (auto& hash : all)
            note_sent(t, who, hash, 0);
    });
}

bool Store::was_sent(const std::string& who, const Hash& hash) const {
    auto v = t_->sent.get(nullptr, join(who, hash));
    return v && int64_t(Decoder(*v, "sent").number()) + kept > now();
}

std::unordered_set<Hash> Store::contents_of(
    const std::function<bool(std::string_view path)>& may) const {
    std::unordered_set<Hash> all;
    t_->history.each(nullptr, {}, [&](std::string_view key, std::string_view hash) {
        if (!hash.empty() && may(before_number(key)))
            all.emplace(hash);
        return true;
    });
    return all;
}

Store::Garbage Store::collect_garbage() {
    std::lock_guard commit(commit_lock_);
    std::unordered_set<Hash> used;
    std::unordered_set<std::string> sent;
    each_sent(nullptr, {}, [&](std::string_view key, auto, auto) {
        sent.emplace(key);
        used.emplace(key.substr(key.size() - 32));
    });
    t_->revision.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        Revision r = Revision::decode(key_number(key), bytes);
        for (auto& f : r.files) {
            used.insert(f.before);
            used.insert(f.after);
        }
        for (auto& p : r.profiles) {
            used.insert(p.before);
            used.insert(p.after);
        }
        return true;
    });
    for (const bdb::Table* table : {&t_->tree, &t_->history})
        table->each(nullptr, {}, [&](auto, std::string_view hash) {
            used.emplace(hash);
            return true;
        });
    for (const bdb::Table* table : {&t_->profile, &t_->published, &t_->serve})
        table->each(nullptr, {}, [&](auto, std::string_view bytes) {
            Profile p = Profile::decode({}, bytes);
            used.insert(p.xml);
            used.insert(p.origins);
            return true;
        });
    std::vector<std::string> over;  // sent longer ago
    t_->sent.each(nullptr, {}, [&](std::string_view key, auto) {
        if (!sent.contains(std::string(key)))
            over.emplace_back(key);
        return true;
    });
    Garbage g;
    std::vector<Hash> gone;
    t_->content.each(nullptr, {}, [&](std::string_view hash, std::string_view bytes) {
        if (used.contains(Hash(hash)))
            return true;
        g.contents++;
        g.bytes += bytes.size();
        gone.emplace_back(hash);
        return true;
    });
    erase(t_->content, gone);
    erase(t_->sent, over);
    return g;
}

}  // namespace weft::cdb
