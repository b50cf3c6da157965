// Opening, contents, revisions and files, profiles, and the one transaction of a commit.
#include "cdb/store.hh"

#include <fmt/core.h>

#include <ctime>

#include "base/error.hh"
#include "base/wrap/gzip.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

static constexpr uint64_t store_format = 1;

uint64_t meta_number(const bdb::Table& meta, const bdb::Txn* t, std::string_view name) {
    auto v = meta.get(t, name);
    return v ? key_number(*v) : 0;
}

static FileLock owner_lock(const std::string& dir) {
    make_dirs(dir, 0700);
    if (auto l = FileLock::try_lock(dir + "/lock"))
        return std::move(*l);
    std::string who = read_if_exists(dir + "/lock", 64).value_or("?");
    while (who.ends_with('\n'))
        who.pop_back();
    throw Error(exit_try_later, fmt::format("the store '{}' is in use by process {}", dir, who), {},
                "one cdbd serves a store; give the second one a store of its own");
}

Store::Store(const std::string& dir, const bdb::Options& options, std::function<int64_t()> now)
    : dir_(dir),
      now_(now ? std::move(now) : [] { return int64_t(time(nullptr)); }),
      lock_(owner_lock(dir)),
      env_(dir + "/data", options),
      t_(std::make_unique<Tables>(env_)) {
    if (auto f = meta_number(t_->meta, nullptr, "format"); f > store_format)
        throw Error(exit_io, fmt::format("the store '{}' has format {}, this program knows {}", dir,
                                         f, store_format));
    else if (!f)
        env_.update([&](bdb::Txn& t) { t_->meta.put(t, "format", number_key(store_format)); });
    load_ids();
    load_slots();
    // A store of before there were columns.
    if (slots_->empty() && bdb::Cursor(t_->profile, nullptr).first())
        rebuild_values();
}

Store::~Store() = default;

// ---- contents

std::string Store::content_gzip(const Hash& hash) const {
    auto v = t_->content.get(nullptr, hash);
    if (uint64_t before = v ? 0 : pruned())
        throw Error(
            exit_data,
            fmt::format(
                "the content {} is no longer there: profiles of before revision {} were pruned",
                to_hex(hash), before),
            {}, "'cdb verify' says whether anything else is missing");
    if (!v)
        throw Error(exit_io, fmt::format("the content {} is missing from the store", to_hex(hash)),
                    {}, "'cdb verify' tells more");
    return std::move(*v);
}

std::string Store::content(const Hash& hash) const {
    std::string text = gunzip(content_gzip(hash), size_t(1) << 30);
    if (hash_of(text) != hash)
        throw Error(exit_io, fmt::format("the content {} is damaged", to_hex(hash)), {},
                    "'cdb verify' tells more");
    return text;
}

bool Store::has_content(const Hash& hash) const {
    {
        std::lock_guard hold(spill_lock_);
        if (spilled_.contains(hash))
            return false;
    }
    return t_->content.has(nullptr, hash);
}

Packed Packed::of(std::string_view text) {
    return {.hash = hash_of(text), .gzip = weft::gzip(text, 6)};
}

void Store::put_content(bdb::Txn& t, const Packed& p) {
    if (t_->content.has(&t, p.hash))
        return;
    if (p.gzip.empty())
        throw Error(exit_io,
                    fmt::format("the content {} is missing from the store", to_hex(p.hash)));
    t_->content.put(t, p.hash, p.gzip);
}

// ---- revisions and files

uint64_t Store::head() const { return meta_number(t_->meta, nullptr, "head"); }

std::optional<Revision> Store::revision(uint64_t number) const {
    auto v = t_->revision.get(nullptr, number_key(number));
    if (!v)
        return std::nullopt;
    return Revision::decode(number, *v);
}

std::vector<Revision> Store::log(uint64_t before, size_t limit) const {
    std::vector<Revision> out;
    uint64_t from = before ? before - 1 : head();
    if (!from || !limit)
        return out;
    bdb::Cursor c(t_->revision, nullptr);
    for (bool more = c.seek_last(number_key(from)); more && out.size() < limit; more = c.prev())
        out.push_back(Revision::decode(key_number(c.key()), c.value()));
    return out;
}

Tree Store::tree(uint64_t revision) const {
    Tree tree;
    if (revision >= head()) {
        t_->tree.each(nullptr, {}, [&](auto path, auto hash) {
            return tree.emplace_hint(tree.end(), path, hash), true;
        });
        return tree;
    }
    t_->history.each(nullptr, {}, [&](std::string_view key, std::string_view hash) {
        if (key_number(key) > revision)
            return true;
        std::string path(before_number(key));
        if (hash.empty())
            tree.erase(path);
        else
            tree[path] = hash;
        return true;
    });
    return tree;
}

Hash Store::file_at(std::string_view path, uint64_t revision) const {
    bdb::Cursor c(t_->history, nullptr);
    if (!c.seek_last(join(path, number_key(revision))) || before_number(c.key()) != path ||
        c.key().size() != path.size() + 9)
        return {};
    return std::string(c.value());
}

uint64_t Store::changed_at(std::string_view path, uint64_t revision) const {
    bdb::Cursor c(t_->history, nullptr);
    if (!c.seek_last(join(path, number_key(revision))) || before_number(c.key()) != path ||
        c.key().size() != path.size() + 9)
        return 0;
    return key_number(c.key());
}

// ---- profiles

std::optional<Profile> Store::profile(std::string_view object) const {
    auto v = t_->profile.get(nullptr, object);
    if (!v)
        return std::nullopt;
    return Profile::decode(std::string(object), *v);
}

std::optional<Profile> Store::profile_at(std::string_view object, uint64_t revision) const {
    bdb::Cursor c(t_->published, nullptr);
    if (!c.seek_last(join(object, number_key(revision))) || c.key().size() != object.size() + 9 ||
        before_number(c.key()) != object)
        return std::nullopt;
    Profile p = Profile::decode(std::string(object), c.value());
    if (p.xml.empty())
        return std::nullopt;
    return p;
}

std::vector<Profile> Store::profiles() const {
    std::vector<Profile> all;
    t_->profile.each(nullptr, {}, [&](auto object, auto v) {
        return all.push_back(Profile::decode(std::string(object), v)), true;
    });
    return all;
}

// ---- commit

std::optional<uint64_t> Store::once(std::string_view author, std::string_view key) const {
    auto v = t_->once.get(nullptr, join(author, key));
    if (!v)
        return std::nullopt;
    return key_number(*v);
}

Revision Store::land(const Landing& l) {
    std::vector<std::string> fresh;  // names that got an id in this transaction
    std::vector<Slot> slots;
    Revision r = env_.update([&](bdb::Txn& t) {
        fresh.clear();
        slots = *this->slots();
        uint64_t last = meta_number(t_->meta, &t, "head");
        auto stages = this->stages();
        auto change = [&](Revision& rev, const std::string& path, const Hash& after) {
            FileChange f{
                .path = path, .before = t_->tree.get(&t, path).value_or(""), .after = after};
            if (f.before == f.after)
                return;
            t_->history.put(t, join(path, number_key(rev.number)), after);
            if (after.empty())
                t_->tree.erase(t, path);
            else
                t_->tree.put(t, path, after);
            rev.files.push_back(std::move(f));
        };
        for (const Past& p : l.past) {
            Revision rev{.number = ++last,
                         .author = p.author,
                         .time = p.time,
                         .comment = p.comment,
                         .base = last - 1,
                         .by = l.by,
                         .origin = p.origin,
                         .recorded = true};
            for (auto& [path, hash] : p.files) {
                if (!hash.empty())
                    put_content(t, {.hash = hash, .gzip = {}});
                change(rev, path, hash);
            }
            t_->revision.put(t, number_key(rev.number), rev.encode());
        }
        Revision rev{.number = last + 1,
                     .author = l.author,
                     .time = l.time ? l.time : now(),
                     .comment = l.comment,
                     .base = l.base,
                     .reverts = l.reverts,
                     .by = l.by,
                     .origin = l.origin};
        std::string number = number_key(rev.number);
        for (const Edit& e : l.edits) {
            Hash after = e.text ? hash_of(*e.text) : Hash();
            if (e.text && !t_->content.has(&t, after))
                put_content(t, Packed::of(*e.text));
            change(rev, e.path, after);
        }

        auto publish = [&](const std::string& object, const Hash& xml, const Hash& origins) {
            // The time must grow even over a withdrawal, so the last one ever given counts.
            Profile old{.object = object};
            {
                bdb::Cursor c(t_->published, &t);
                if (c.seek_last(join(object, number_key(rev.number))) &&
                    c.key().size() == object.size() + 9 && before_number(c.key()) == object)
                    old = Profile::decode(object, c.value());
            }
            Profile p{.object = object,
                      .xml = xml,
                      .origins = origins,
                      .modified = old.modified,
                      .revision = old.revision};
            if (xml == old.xml && origins == old.origins)
                return;
            if (xml != old.xml) {
                p.modified = std::max(now(), old.modified + 1);
                if (auto given = t_->serve.get(&t, object))
                    p.modified = std::max(p.modified, Profile::decode(object, *given).modified + 1);
                p.revision = rev.number;
                rev.profiles.push_back({object, old.xml, xml});
                if (stage_of(stages, node_of(object))) {
                }  // told when it is promoted
                else if (xml.empty())
                    t_->outbox.erase(t, object);
                else
                    t_->outbox.put(
                        t, object,
                        Encoder().number(p.revision).number(uint64_t(p.modified)).take());
            }
            std::string bytes = p.encode();
            t_->published.put(t, join(object, number), bytes);
            if (xml.empty())
                t_->profile.erase(t, object);
            else
                t_->profile.put(t, object, bytes);
        };
        for (auto& p : l.contents)
            put_content(t, p);
        for (const Built& b : l.built) {
            put_content(t, b.xml);
            put_content(t, b.origins);
            publish(b.object, b.xml.hash, b.origins.hash);
        }
        for (const std::string& object : l.withdrawn)
            publish(object, {}, {});
        std::sort(rev.profiles.begin(), rev.profiles.end(),
                  [](auto& a, auto& b) { return a.object < b.object; });

        index(t, l, fresh);
        index_values(t, l, rev, slots);
        t_->revision.put(t, number, rev.encode());
        t_->meta.put(t, "head", number);
        const std::string& who = l.by.empty() ? l.author : l.by;
        if (!l.once.empty())
            t_->once.put(t, join(who, l.once), number);
        if (!l.session.empty()) {
            auto session = t_->session.get(&t, l.session);
            if (l.touched &&
                (!session || Session::decode(l.session, *session).touched != l.touched))
                throw Error(exit_no,
                            fmt::format("the session '{}' was changed while its commit compiled",
                                        l.session),
                            {}, "nothing was committed; look at it, and commit it again");
            erase_session(t, t_->session, t_->edit, l.session);
        }
        audit(t, who, "commit",
              fmt::format("revision {}: {} files, {} profiles: {}", rev.number, rev.files.size(),
                          rev.profiles.size(), l.comment));
        if (!l.past.empty())
            audit(t, who, "record",
                  fmt::format("{} revisions before {}", l.past.size(), rev.number));
        return rev;
    });
    {
        std::lock_guard hold(spill_lock_);
        if (!spilled_.empty())
            for (auto& b : l.built) {
                spilled_.erase(b.xml.hash);
                spilled_.erase(b.origins.hash);
            }
    }
    std::lock_guard hold(ids_lock_);
    for (auto& name : fresh) {
        ids_.emplace(name, uint32_t(names_.size()));
        names_.push_back(name);
    }
    slots_ = std::make_shared<const std::vector<Slot>>(std::move(slots));
    return r;
}

}  // namespace weft::cdb
