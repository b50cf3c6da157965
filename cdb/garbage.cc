// Contents nothing refers to: sent for a commit that never came, or was refused.
#include <unordered_set>

#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

Store::Garbage Store::collect_garbage() {
    std::lock_guard commit(commit_lock_);
    std::unordered_set<Hash> used;
    {
        std::lock_guard hold(sent_lock_);
        std::erase_if(sent_, [&](auto& s) { return s.second + 3600 <= now(); });
        for (auto& [hash, time] : sent_) used.insert(hash);
    }
    t_->revision.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        Revision r = Revision::decode(key_number(key), bytes);
        for (auto& f : r.files) used.insert(f.before), used.insert(f.after);
        for (auto& p : r.profiles) used.insert(p.before), used.insert(p.after);
        return true;
    });
    for (const bdb::Table* table : {&t_->tree, &t_->history})
        table->each(nullptr, {}, [&](auto, std::string_view hash) { return used.emplace(hash), true; });
    for (const bdb::Table* table : {&t_->profile, &t_->published, &t_->serve})
        table->each(nullptr, {}, [&](auto, std::string_view bytes) {
            Profile p = Profile::decode({}, bytes);
            return used.insert(p.xml), used.insert(p.origins), true;
        });
    Garbage g;
    std::vector<Hash> gone;
    t_->content.each(nullptr, {}, [&](std::string_view hash, std::string_view bytes) {
        if (used.contains(Hash(hash))) return true;
        g.contents++;
        g.bytes += bytes.size();
        gone.emplace_back(hash);
        return true;
    });
    for (size_t at = 0; at < gone.size(); at += 1000)
        env_.update([&](bdb::Txn& t) {
            for (size_t i = at; i < std::min(at + 1000, gone.size()); i++) t_->content.erase(t, gone[i]);
        });
    return g;
}

}  // namespace weft::cdb
