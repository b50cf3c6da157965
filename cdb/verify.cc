// Prove the store from its contents: every record is derived again and compared.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.hh"
#include "base/wrap/gzip.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

/// A visitor that reports a record it cannot read and goes on.
static auto careful(std::vector<std::string>& wrong, const char* table, auto visit) {
    return [&wrong, table, visit](std::string_view key, std::string_view bytes) mutable {
        try {
            visit(key, bytes);
        } catch (const Error& e) {
            wrong.push_back(fmt::format("{}: {}", table, e.message));
        }
        return true;
    };
}

std::vector<std::string> Store::verify() const {
    std::vector<std::string> wrong;
    t_->content.each(nullptr, {}, [&](std::string_view hash, std::string_view bytes) {
        try {
            if (hash_of(gunzip(bytes, size_t(1) << 30)) == hash)
                return true;
        } catch (const Error&) {
        }
        wrong.push_back(fmt::format("content: {} is damaged", to_hex(hash)));
        return true;
    });
    verify_revisions(wrong);
    verify_indexes(wrong);
    verify_values(wrong);

    Hash before;
    uint64_t number = 0;
    t_->audit.each(
        nullptr, {}, careful(wrong, "audit", [&](std::string_view key, std::string_view bytes) {
            AuditLine a = AuditLine::decode(key_number(key), bytes);
            if (a.number != ++number || a.before != before)
                wrong.push_back(fmt::format("audit: the chain is broken at line {}", a.number));
            number = a.number;
            before = hash_of(bytes);
        }));
    if (number != meta_number(t_->meta, nullptr, "audit"))
        wrong.push_back("audit: the last line is not the last one written");
    t_->edit.each(nullptr, {}, [&](std::string_view key, auto) {
        std::string_view id = key.substr(0, key.find('\0'));
        if (!t_->session.has(nullptr, id))
            wrong.push_back(fmt::format("session: an edit of the unknown session '{}'", id));
        return true;
    });
    return wrong;
}

/// Play every revision from the first and compare what it leaves with the tables.
void Store::verify_revisions(std::vector<std::string>& wrong) const {
    auto has_content = [&](const Hash& h) {
        return t_->content.has(nullptr, h);
    };
    Tree tree;
    std::map<std::string, Profile, std::less<>> profiles;  // the last one ever, withdrawn ones too
    std::map<std::string, std::pair<Hash, Hash>> given;    // by promotion, the last one
    std::map<std::string, uint64_t> gone;  // whose content is missing, since that revision
    const uint64_t prune_below = pruned();
    uint64_t number = 0;
    size_t rows = 0, published = 0;
    t_->revision.each(
        nullptr, {}, careful(wrong, "revision", [&](std::string_view key, std::string_view bytes) {
            Revision r = Revision::decode(key_number(key), bytes);
            if (r.number != ++number)
                wrong.push_back(fmt::format("revision: {} follows {}", r.number, number - 1));
            number = r.number;
            for (auto& f : r.files) {
                auto it = tree.find(f.path);
                if ((it == tree.end() ? Hash() : it->second) != f.before)
                    wrong.push_back(fmt::format("revision {}: '{}' was not what it says it changed",
                                                number, f.path));
                if (!f.after.empty() && !has_content(f.after))
                    wrong.push_back(
                        fmt::format("revision {}: the content of '{}' is missing", number, f.path));
                if (t_->history.get(nullptr, join(f.path, number_key(number))) != f.after)
                    wrong.push_back(
                        fmt::format("revision {}: '{}' is not in the history", number, f.path));
                if (f.after.empty())
                    tree.erase(f.path);
                else
                    tree[f.path] = f.after;
                rows++;
            }
            if (!r.stage.empty()) {
                for (auto& p : r.profiles)
                    given[p.object] = {p.before, p.after};
                return;
            }
            for (auto& p : r.profiles) {
                auto v = t_->published.get(nullptr, join(p.object, number_key(number)));
                if (!v) {
                    wrong.push_back(fmt::format("revision {}: the profile of '{}' is missing",
                                                number, p.object));
                    continue;
                }
                Profile now = Profile::decode(p.object, *v);
                auto& old = profiles[p.object];
                if (old.xml != p.before || now.xml != p.after || now.revision != number)
                    wrong.push_back(
                        fmt::format("revision {}: the profile of '{}' is not the one it made",
                                    number, p.object));
                if (now.modified <= old.modified)
                    wrong.push_back(fmt::format("revision {}: the time of '{}' did not grow",
                                                number, p.object));
                if (auto it = gone.find(p.object); it != gone.end()) {
                    if (number > prune_below)
                        wrong.push_back(fmt::format(
                            "revision {}: the content of the profile of '{}' is missing",
                            it->second, p.object));
                    gone.erase(it);
                }
                for (const Hash* h : {&now.xml, &now.origins})
                    if (!h->empty() && !has_content(*h))
                        gone[p.object] = number;
                old = now;
            }
        }));
    for (auto& [object, since] : gone)
        wrong.push_back(fmt::format("revision {}: the content of the profile of '{}' is missing",
                                    since, object));
    if (number != head())
        wrong.push_back(
            fmt::format("revision: the head is {}, the last revision {}", head(), number));
    t_->history.each(nullptr, {}, [&](auto, auto) { return ++published; });
    if (published != rows)
        wrong.push_back(
            fmt::format("history: {} rows, the revisions account for {}", published, rows));

    Tree have;
    t_->tree.each(nullptr, {},
                  [&](auto path, auto hash) { return have.emplace(path, hash), true; });
    if (have != tree)
        wrong.push_back("tree: the head's files are not what the revisions leave");
    std::set<std::string> live;
    t_->profile.each(
        nullptr, {},
        careful(wrong, "profile", [&](std::string_view object, std::string_view bytes) {
            live.emplace(object);
            Profile p = Profile::decode(std::string(object), bytes);
            auto it = profiles.find(object);
            if (it == profiles.end() || it->second.xml != p.xml ||
                it->second.modified != p.modified)
                wrong.push_back(
                    fmt::format("profile: '{}' is not what the revisions leave", object));
            else if (!has_content(p.origins))
                wrong.push_back(fmt::format("profile: the origins of '{}' are missing", object));
        }));
    for (auto& [object, p] : profiles)
        if (!p.xml.empty() && !live.contains(object))
            wrong.push_back(fmt::format("profile: '{}' is missing", object));
    auto staged = stages();
    t_->serve.each(
        nullptr, {}, careful(wrong, "serve", [&](std::string_view object, std::string_view bytes) {
            Profile p = Profile::decode(std::string(object), bytes);
            const Stage* s = stage_of(staged, node_of(object));
            if (!s)
                return;
            if (!p.xml.empty() && (!has_content(p.xml) || !has_content(p.origins)))
                wrong.push_back(
                    fmt::format("serve: the content of the profile of '{}' is missing", object));
            bool canary = s->target && std::find(s->canary.begin(), s->canary.end(),
                                                 node_of(object)) != s->canary.end();
            auto want = profile_at(object, canary ? s->target : s->revision);
            if (p.xml != (want ? want->xml : Hash()))
                wrong.push_back(
                    fmt::format("serve: '{}' does not have the profile of its stage", object));
            auto it = given.find(std::string(object));
            if (it != given.end() && it->second.second != p.xml)
                wrong.push_back(fmt::format("serve: '{}' does not have what was promoted", object));
            live.emplace(object);
        }));
    t_->outbox.each(nullptr, {}, [&](std::string_view object, auto) {
        if (!live.contains(std::string(object)))
            wrong.push_back(fmt::format("outbox: '{}' has no profile", object));
        return true;
    });
}

}  // namespace weft::cdb
