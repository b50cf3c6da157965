// Revisions, the files and profiles of each, and their names.
#include "cdb/revisions.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/error.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

struct Revisions::Fields {
    Database& db;
    const Tables& tables;
    const Contents& contents;
};

Revisions::Revisions(Database& db, const Contents& contents)
    : f_(std::make_unique<Fields>(Fields{db, db.tables(), contents})) {}

Revisions::~Revisions() = default;

// ---- revisions and files

uint64_t Revisions::head() const { return meta_number(f_->tables.meta, nullptr, "head"); }

uint64_t Revisions::head(const bdb::Txn& t) const {
    return meta_number(f_->tables.meta, &t, "head");
}

std::optional<Revision> Revisions::find(uint64_t number) const {
    auto v = f_->tables.revision.get(nullptr, number_key(number));
    if (!v)
        return std::nullopt;
    return Revision::decode(number, *v);
}

std::vector<Revision> Revisions::log(uint64_t before, size_t limit) const {
    std::vector<Revision> out;
    uint64_t from = before ? before - 1 : head();
    if (!from || !limit)
        return out;
    bdb::Cursor c(f_->tables.revision, nullptr);
    for (bool more = c.seek_last(number_key(from)); more && out.size() < limit; more = c.prev())
        out.push_back(Revision::decode(key_number(c.key()), c.value()));
    return out;
}

void Revisions::each(const std::function<void(const Revision&)>& f) const {
    f_->tables.revision.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        f(Revision::decode(key_number(key), bytes));
        return true;
    });
}

Tree Revisions::tree(uint64_t revision) const {
    Tree tree;
    if (revision >= head()) {
        f_->tables.tree.each(nullptr, {}, [&](auto path, auto hash) {
            tree.emplace_hint(tree.end(), path, hash);
            return true;
        });
        return tree;
    }
    f_->tables.history.each(nullptr, {}, [&](std::string_view key, std::string_view hash) {
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

/// A file's last row of the history up to a revision.
static std::optional<std::pair<uint64_t, Hash>> last_change(const bdb::Table& history,
                                                            const bdb::Txn* t,
                                                            std::string_view path,
                                                            uint64_t revision) {
    bdb::Cursor c(history, t);
    if (!c.seek_last(join(path, number_key(revision))) || c.key().size() != path.size() + 9 ||
        before_number(c.key()) != path)
        return std::nullopt;
    return {{key_number(c.key()), Hash(c.value())}};
}

Hash Revisions::file_at(std::string_view path, uint64_t revision, const bdb::Txn* t) const {
    auto row = last_change(f_->tables.history, t, path, revision);
    return row ? row->second : Hash();
}

uint64_t Revisions::changed_at(std::string_view path, uint64_t revision) const {
    auto row = last_change(f_->tables.history, nullptr, path, revision);
    return row ? row->first : 0;
}

std::unordered_set<Hash> Revisions::contents_of(
    const std::function<bool(std::string_view path)>& may) const {
    std::unordered_set<Hash> all;
    f_->tables.history.each(nullptr, {}, [&](std::string_view key, std::string_view hash) {
        if (!hash.empty() && may(before_number(key)))
            all.emplace(hash);
        return true;
    });
    return all;
}

std::optional<uint64_t> Revisions::once(std::string_view author, std::string_view key) const {
    auto v = f_->tables.once.get(nullptr, join(author, key));
    if (!v)
        return std::nullopt;
    return key_number(*v);
}

uint64_t Revisions::first_since(int64_t time) const {
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

// ---- profiles

std::optional<Profile> Revisions::profile(std::string_view object) const {
    auto v = f_->tables.profile.get(nullptr, object);
    if (!v)
        return std::nullopt;
    return Profile::decode(std::string(object), *v);
}

/// What was published of an object last, up to a revision; withdrawals too.
static std::optional<Profile> last_published(const bdb::Table& published, const bdb::Txn* t,
                                             std::string_view object, uint64_t revision) {
    bdb::Cursor c(published, t);
    if (!c.seek_last(join(object, number_key(revision))) || c.key().size() != object.size() + 9 ||
        before_number(c.key()) != object)
        return std::nullopt;
    return Profile::decode(std::string(object), c.value());
}

std::optional<Profile> Revisions::profile_at(std::string_view object, uint64_t revision) const {
    auto p = last_published(f_->tables.published, nullptr, object, revision);
    return p && !p->xml.empty() ? p : std::nullopt;
}

std::vector<Profile> Revisions::profiles() const {
    std::vector<Profile> all;
    f_->tables.profile.each(nullptr, {}, [&](auto object, auto v) {
        all.push_back(Profile::decode(std::string(object), v));
        return true;
    });
    return all;
}

void Revisions::each_published(
    const std::function<void(std::string_view, uint64_t, const Profile&)>& f) const {
    f_->tables.published.each(nullptr, {}, [&](std::string_view key, std::string_view bytes) {
        std::string object(before_number(key));
        f(object, key_number(key), Profile::decode(object, bytes));
        return true;
    });
}

uint64_t Revisions::pruned() const { return meta_number(f_->tables.meta, nullptr, "pruned"); }

// ---- names of revisions

static std::optional<uint64_t> whole_number(std::string_view text) {
    uint64_t n = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return n;
}

uint64_t Revisions::named(std::string_view name) const {
    uint64_t newest = head();
    if (name == "head")
        return newest;
    std::optional<uint64_t> n = whole_number(name);
    if (!n)
        if (auto v = f_->tables.tag.get(nullptr, name))
            n = Tag::decode(std::string(name), *v).revision;
    if (!n || *n > newest)
        throw Error(exit_data, fmt::format("there is no revision '{}'", name), {},
                    n ? fmt::format("the newest is {}", newest)
                      : "a number, 'head' or a tag; 'cdb tag' lists the tags");
    return *n;
}

void check_name(std::string_view name) {
    bool ok = !name.empty() && name.size() <= 100 && name != "head" && !whole_number(name) &&
              name[0] != '-' && name[0] != '.' && name.find("..") == std::string_view::npos &&
              !name.ends_with('.') && !name.ends_with(".lock") &&  // git's own rules
              name.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
                  std::string_view::npos;
    if (!ok)
        throw Error(exit_data,
                    fmt::format("'{}' cannot be the name of a revision", name.substr(0, 120)), {},
                    "letters, digits, dots, lines; not a number, not 'head'");
}

void Revisions::put_tag(Tag tag) {
    check_name(tag.name);
    tag.time = f_->db.now();
    f_->db.env().update([&](bdb::Txn& t) {
        if (!f_->tables.revision.has(&t, number_key(tag.revision)))
            throw Error(exit_data, fmt::format("there is no revision {}", tag.revision));
        f_->tables.tag.put(t, tag.name, tag.encode());
        f_->db.audit(t, tag.author, "tag",
                     fmt::format("{} is revision {}: {}", tag.name, tag.revision, tag.comment));
    });
}

bool Revisions::drop_tag(std::string_view name, std::string who) {
    return f_->db.env().update([&](bdb::Txn& t) {
        if (!f_->tables.tag.erase(t, name))
            return false;
        f_->db.audit(t, who, "untag", std::string(name));
        return true;
    });
}

std::vector<Tag> Revisions::tags() const {
    std::vector<Tag> all;
    f_->tables.tag.each(nullptr, {}, [&](auto name, auto v) {
        all.push_back(Tag::decode(std::string(name), v));
        return true;
    });
    return all;
}

// ---- in a transaction

void Revisions::change(bdb::Txn& t, Revision& rev, const std::string& path, const Hash& after) {
    FileChange c{
        .path = path, .before = f_->tables.tree.get(&t, path).value_or(""), .after = after};
    if (c.before == c.after)
        return;
    f_->tables.history.put(t, join(path, number_key(rev.number)), after);
    if (after.empty())
        f_->tables.tree.erase(t, path);
    else
        f_->tables.tree.put(t, path, after);
    rev.files.push_back(std::move(c));
}

std::optional<Profile> Revisions::publish(bdb::Txn& t, Revision& rev, const std::string& object,
                                          const Hash& xml, const Hash& origins, int64_t after) {
    // The time must grow even over a withdrawal, so the last one ever given counts.
    Profile old = last_published(f_->tables.published, &t, object, rev.number)
                      .value_or(Profile{.object = object});
    if (xml == old.xml && origins == old.origins)
        return std::nullopt;
    Profile p{.object = object,
              .xml = xml,
              .origins = origins,
              .modified = old.modified,
              .revision = old.revision};
    bool differs = xml != old.xml;
    if (differs) {
        p.modified = std::max({f_->db.now(), old.modified + 1, after + 1});
        p.revision = rev.number;
        rev.profiles.push_back({object, old.xml, xml});
    }
    std::string bytes = p.encode();
    f_->tables.published.put(t, join(object, number_key(rev.number)), bytes);
    if (xml.empty())
        f_->tables.profile.erase(t, object);
    else
        f_->tables.profile.put(t, object, bytes);
    return differs ? std::optional(std::move(p)) : std::nullopt;
}

void Revisions::append(bdb::Txn& t, const Revision& rev) {
    f_->tables.revision.put(t, number_key(rev.number), rev.encode());
    f_->tables.meta.put(t, "head", number_key(rev.number));
}

void Revisions::put_once(bdb::Txn& t, std::string_view who, std::string_view key,
                         uint64_t revision) {
    f_->tables.once.put(t, join(who, key), number_key(revision));
}

void Revisions::set_pruned(bdb::Txn& t, uint64_t before) {
    f_->tables.meta.put(t, "pruned",
                        number_key(std::max(before, meta_number(f_->tables.meta, &t, "pruned"))));
}

void Revisions::rebuild(bdb::Txn& t) {
    for (auto* table : {&f_->tables.tree, &f_->tables.history, &f_->tables.profile})
        clear(t, *table);
    f_->tables.revision.each(&t, {}, [&](std::string_view number, std::string_view bytes) {
        for (auto& f : Revision::decode(key_number(number), bytes).files) {
            f_->tables.history.put(t, join(f.path, number), f.after);
            if (f.after.empty())
                f_->tables.tree.erase(t, f.path);
            else
                f_->tables.tree.put(t, f.path, f.after);
        }
        return true;
    });
    f_->tables.published.each(&t, {}, [&](std::string_view key, std::string_view bytes) {
        std::string object(before_number(key));
        if (Profile::decode(object, bytes).xml.empty())
            f_->tables.profile.erase(t, object);
        else
            f_->tables.profile.put(t, object, bytes);
        return true;
    });
}

/// Play every revision from the first and compare what it leaves with the tables.
void Revisions::verify(std::vector<std::string>& wrong) const {
    auto has_content = [&](const Hash& h) {
        return f_->contents.stored(nullptr, h);
    };
    Tree tree;
    std::map<std::string, Profile, std::less<>> profiles;  // the last one ever, withdrawn ones too
    std::map<std::string, uint64_t> gone;  // whose content is missing, since that revision
    const uint64_t prune_below = pruned();
    uint64_t number = 0;
    size_t rows = 0, published = 0;
    f_->tables.revision.each(
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
                if (f_->tables.history.get(nullptr, join(f.path, number_key(number))) != f.after)
                    wrong.push_back(
                        fmt::format("revision {}: '{}' is not in the history", number, f.path));
                if (f.after.empty())
                    tree.erase(f.path);
                else
                    tree[f.path] = f.after;
                rows++;
            }
            if (!r.stage.empty())
                return;  // Stages::verify
            for (auto& p : r.profiles) {
                auto v = f_->tables.published.get(nullptr, join(p.object, number_key(number)));
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
    f_->tables.history.each(nullptr, {}, [&](auto, auto) { return ++published; });
    if (published != rows)
        wrong.push_back(
            fmt::format("history: {} rows, the revisions account for {}", published, rows));

    Tree have;
    f_->tables.tree.each(nullptr, {}, [&](auto path, auto hash) {
        have.emplace(path, hash);
        return true;
    });
    if (have != tree)
        wrong.push_back("tree: the head's files are not what the revisions leave");
    std::set<std::string> live;
    f_->tables.profile.each(
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
}

}  // namespace weft::cdb
