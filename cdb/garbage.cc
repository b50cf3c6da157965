// Contents that nothing refers to are dropped, and those of profiles of long ago; the records of
// when a profile changed stay.
#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"
#include "cdb/store.hh"

namespace weft::cdb {

static void use(std::unordered_set<Hash>& used, const Profile& p) {
    used.insert(p.xml);
    used.insert(p.origins);
}

Store::Garbage Store::collect_garbage() {
    std::lock_guard commit(database.commit_lock());
    std::unordered_set<Hash> used = revisions.contents_of([](auto) { return true; });
    contents.each_sent(nullptr, {}, [&](std::string_view key, auto, auto) {
        used.emplace(key.substr(key.size() - 32));
    });
    revisions.each([&](const Revision& r) {
        for (auto& f : r.files)
            used.insert({f.before, f.after});
        for (auto& p : r.profiles)
            used.insert({p.before, p.after});
    });
    for (auto& [path, hash] : revisions.tree(revisions.head()))
        used.insert(hash);
    for (auto& p : revisions.profiles())
        use(used, p);
    revisions.each_published([&](auto, auto, const Profile& p) { use(used, p); });
    stages.each_given([&](const Profile& p) { use(used, p); });
    Garbage g;
    std::vector<Hash> gone;
    contents.each([&](const Hash& hash, std::string_view bytes) {
        if (used.contains(hash))
            return;
        g.contents++;
        g.bytes += bytes.size();
        gone.push_back(hash);
    });
    contents.drop(gone);
    contents.drop_old_sent();
    return g;
}

Store::Pruning Store::prune(uint64_t before, const std::map<std::string, std::set<uint64_t>>& nodes,
                            bool really, const std::string& who) {
    std::lock_guard commit(database.commit_lock());
    Pruning done{.before = std::min(before, revisions.head())};
    std::set<uint64_t> marked;
    for (auto& t : revisions.tags())
        marked.insert(t.revision);
    for (auto& s : stages.all())
        marked.insert({s.revision, s.target});
    // What a node has by promotion is the profile of the revision that was promoted.
    auto made = [&](uint64_t n) {
        auto r = revisions.find(n);
        return r && !r->stage.empty() ? r->target : n;
    };
    std::unordered_set<Hash> used = revisions.contents_of([](auto) { return true; }), old;
    for (auto& p : revisions.profiles())
        use(used, p);
    stages.each_given([&](const Profile& p) { use(used, p); });
    contents.each_sent(nullptr, {}, [&](std::string_view key, auto, auto) {
        used.emplace(key.substr(key.size() - 32));
    });

    std::vector<Hash> profiles;
    std::string object;
    std::set<uint64_t> needed;
    std::optional<std::pair<uint64_t, Profile>> last;  // in force from that revision on
    revisions.each_published([&](std::string_view of, uint64_t from, const Profile& p) {
        if (of != object) {
            object = of;
            last.reset();
            needed = marked;
            if (auto it = nodes.find(node_of(object)); it != nodes.end())
                for (uint64_t n : it->second)
                    needed.insert(made(n));
        }
        if (last) {
            auto at = needed.lower_bound(last->first);
            if (from > done.before || (at != needed.end() && *at < from)) {
                use(used, last->second);
            } else {
                profiles.push_back(last->second.xml);
                use(old, last->second);
            }
        }
        last = {from, p};
    });
    for (auto& xml : profiles)
        done.profiles += !used.contains(xml) && contents.stored(nullptr, xml);
    std::vector<Hash> gone;
    for (auto& hash : old) {
        if (used.contains(hash) || !contents.stored(nullptr, hash))
            continue;
        done.contents++;
        done.bytes += contents.gzip(hash).size();
        gone.push_back(hash);
    }
    if (!really || gone.empty())
        return done;
    database.env().update([&](bdb::Txn& t) {  // first: what is missing after a kill was to go
        revisions.set_pruned(t, done.before);
        database.audit(t, who, "prune",
                       fmt::format("before revision {}: {} profiles, {} contents, {} bytes",
                                   done.before, done.profiles, done.contents, done.bytes));
    });
    contents.drop(gone);
    return done;
}

}  // namespace weft::cdb
