// What profiles were long ago is let go: their contents are dropped, the records of when they
// changed stay.
#include <fmt/core.h>

#include <unordered_set>

#include "base/error.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

uint64_t Store::pruned() const { return meta_number(t_->meta, nullptr, "pruned"); }

uint64_t Store::first_since(int64_t time) const {
    uint64_t first = head() + 1;
    for (;;) {
        auto some = log(first, 500);
        for (auto& r : some) {
            if (r.time < time)
                return first;
            first = r.number;
        }
        if (some.empty() || first == 1)
            return first;
    }
}

Store::Pruning Store::prune(uint64_t before, const std::map<std::string, std::set<uint64_t>>& nodes,
                            bool really, const std::string& who) {
    std::lock_guard commit(commit_lock_);
    Pruning done{.before = std::min(before, head())};
    std::set<uint64_t> marked;
    for (auto& t : tags())
        marked.insert(t.revision);
    for (auto& s : stages())
        marked.insert({s.revision, s.target});
    // What a node has by promotion is the profile of the revision that was promoted.
    auto made = [&](uint64_t n) {
        auto r = revision(n);
        return r && !r->stage.empty() ? r->target : n;
    };
    std::unordered_set<Hash> used, old;
    auto use = [&](const Profile& p) {
        used.insert(p.xml);
        used.insert(p.origins);
    };
    for (const bdb::Table* table : {&t_->profile, &t_->serve})
        table->each(nullptr, {}, [&](auto, std::string_view bytes) {
            use(Profile::decode({}, bytes));
            return true;
        });
    t_->history.each(nullptr, {}, [&](auto, std::string_view hash) {
        used.emplace(hash);
        return true;
    });
    each_sent(nullptr, {},
              [&](std::string_view key, auto, auto) { used.emplace(key.substr(key.size() - 32)); });

    std::vector<Hash> profiles;
    std::string object;
    std::set<uint64_t> needed;
    std::optional<std::pair<uint64_t, Profile>> last;  // in force from that revision on
    t_->published.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        if (before_number(key) != object) {
            object = before_number(key);
            last.reset();
            needed = marked;
            if (auto it = nodes.find(node_of(object)); it != nodes.end())
                for (uint64_t n : it->second)
                    needed.insert(made(n));
        }
        uint64_t from = key_number(key);
        if (last) {
            auto at = needed.lower_bound(last->first);
            if (from > done.before || (at != needed.end() && *at < from)) {
                use(last->second);
            } else {
                profiles.push_back(last->second.xml);
                old.insert(last->second.xml);
                old.insert(last->second.origins);
            }
        }
        last = {from, Profile::decode({}, bytes)};
        return true;
    });
    for (auto& xml : profiles)
        done.profiles += !used.contains(xml) && t_->content.has(nullptr, xml);
    std::vector<Hash> gone;
    for (auto& hash : old) {
        if (used.contains(hash))
            continue;
        auto bytes = t_->content.get(nullptr, hash);
        if (!bytes)
            continue;
        done.contents++;
        done.bytes += bytes->size();
        gone.push_back(hash);
    }
    if (!really || gone.empty())
        return done;
    env_.update([&](bdb::Txn& t) {  // first: what is missing after a kill was to go
        t_->meta.put(t, "pruned",
                     number_key(std::max(done.before, meta_number(t_->meta, &t, "pruned"))));
        audit(t, who, "prune",
              fmt::format("before revision {}: {} profiles, {} contents, {} bytes", done.before,
                          done.profiles, done.contents, done.bytes));
    });
    erase(t_->content, gone);
    return done;
}

}  // namespace weft::cdb
