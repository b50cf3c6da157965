// Sessions and their edits; locks on paths.
#include "cdb/sessions.hh"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "base/error.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

struct Sessions::Fields {
    Database& db;
    const Tables& tables;
    const Revisions& revisions;
};

Sessions::Sessions(Database& db, const Revisions& revisions)
    : f_(std::make_unique<Fields>(Fields{db, db.tables(), revisions})) {}

Sessions::~Sessions() = default;

Session Sessions::open(std::string owner, std::string comment) {
    std::random_device random;  // a name nobody guesses, though it grants nothing by itself
    Session s{.owner = std::move(owner),
              .opened = f_->db.now(),
              .touched = f_->db.now(),
              .comment = std::move(comment)};
    return f_->db.env().update([&](bdb::Txn& t) {
        s.base = f_->revisions.head(t);
        s.id = fmt::format("s{:08x}", random());
        while (!f_->tables.session.add(t, s.id, s.encode()))
            s.id = fmt::format("s{:08x}", random());
        f_->db.audit(t, s.owner, "open", s.id);
        return s;
    });
}

std::optional<Session> Sessions::find(std::string_view id) const {
    auto v = f_->tables.session.get(nullptr, id);
    if (!v)
        return std::nullopt;
    return Session::decode(std::string(id), *v);
}

std::vector<Session> Sessions::all() const {
    std::vector<Session> all;
    f_->tables.session.each(nullptr, {}, [&](auto id, auto v) {
        all.push_back(Session::decode(std::string(id), v));
        return true;
    });
    return all;
}

std::vector<Edit> Sessions::edits(std::string_view id) const {
    std::vector<Edit> all;
    std::string prefix = join(id, {});
    f_->tables.edit.each(nullptr, prefix, [&](std::string_view key, std::string_view v) {
        all.push_back(Edit::decode(std::string(key.substr(prefix.size())), v));
        return true;
    });
    return all;
}

std::optional<Edit> Sessions::edit(std::string_view id, std::string_view path) const {
    auto v = f_->tables.edit.get(nullptr, join(id, path));
    if (!v)
        return std::nullopt;
    return Edit::decode(std::string(path), *v);
}

static Session must_have(std::optional<std::string> v, std::string_view id) {
    if (!v)
        throw Error(exit_data, fmt::format("there is no session '{}'", id), {},
                    "it was committed or closed; 'cdb open' begins a new one");
    return Session::decode(std::string(id), *v);
}

void Sessions::put_edits(std::string_view id, std::vector<Edit> edits) {
    for (auto& e : edits)
        check_path(e.path);
    f_->db.env().update([&](bdb::Txn& t) {
        Session s = must_have(f_->tables.session.get(&t, id), id);
        for (Edit& e : edits) {
            e.base = f_->revisions.file_at(e.path, s.base, &t);
            bool same = e.text ? hash_of(*e.text) == e.base : e.base.empty();
            if (same)
                f_->tables.edit.erase(t, join(id, e.path));
            else
                f_->tables.edit.put(t, join(id, e.path), e.encode());
        }
        s.touched = std::max(
            f_->db.now(), s.touched + 1);  // never the same twice: a commit asks whether it moved
        f_->tables.session.put(t, id, s.encode());
    });
}

void Sessions::drop_edits(std::string_view id, const std::vector<std::string>& paths) {
    f_->db.env().update([&](bdb::Txn& t) {
        Session s = must_have(f_->tables.session.get(&t, id), id);
        std::vector<std::string> keys;
        for (auto& p : paths)
            keys.push_back(join(id, p));
        if (paths.empty())
            f_->tables.edit.each(&t, join(id, {}), [&](auto key, auto) {
                keys.emplace_back(key);
                return true;
            });
        for (auto& key : keys)
            f_->tables.edit.erase(t, key);
        s.touched = std::max(f_->db.now(), s.touched + 1);
        f_->tables.session.put(t, id, s.encode());
    });
}

void Sessions::erase(bdb::Txn& t, std::string_view id) {
    std::vector<std::string> keys;
    f_->tables.edit.each(&t, join(id, {}), [&](auto key, auto) {
        keys.emplace_back(key);
        return true;
    });
    for (auto& key : keys)
        f_->tables.edit.erase(t, key);
    f_->tables.session.erase(t, id);
}

bool Sessions::close(std::string_view id) {
    return f_->db.env().update([&](bdb::Txn& t) {
        auto v = f_->tables.session.get(&t, id);
        if (!v)
            return false;
        erase(t, id);
        f_->db.audit(t, Session::decode(std::string(id), *v).owner, "close", std::string(id));
        return true;
    });
}

void Sessions::commit(bdb::Txn& t, std::string_view id, int64_t touched) {
    auto bytes = f_->tables.session.get(&t, id);
    if (touched && (!bytes || Session::decode(std::string(id), *bytes).touched != touched))
        throw Error(exit_no,
                    fmt::format("the session '{}' was changed while its commit compiled", id), {},
                    "nothing was committed; look at it, and commit it again");
    erase(t, id);
}

std::vector<Session> Sessions::expire(int64_t seconds) {
    std::vector<Session> over;
    for (Session& s : all())
        if (s.touched + seconds <= f_->db.now())
            over.push_back(std::move(s));
    if (over.empty())
        return over;
    return f_->db.env().update([&](bdb::Txn& t) {
        std::vector<Session> done;
        for (auto& s : over) {
            auto v = f_->tables.session.get(&t, s.id);
            if (!v || Session::decode(s.id, *v).touched != s.touched)
                continue;  // touched or closed since
            erase(t, s.id);
            f_->db.audit(t, s.owner, "expire",
                         fmt::format("{}, untouched for {} seconds: {}", s.id,
                                     f_->db.now() - s.touched, s.comment));
            done.push_back(s);
        }
        return done;
    });
}

// ---- locks

void Sessions::put_lock(PathLock lock) {
    check_path(lock.path);
    lock.time = f_->db.now();
    f_->db.env().update([&](bdb::Txn& t) {
        std::vector<std::string> over;  // expired: as good as gone
        f_->tables.lock.each(&t, {}, [&](auto path, auto v) {
            PathLock other = PathLock::decode(std::string(path), v);
            if (other.expires <= lock.time) {
                over.push_back(other.path);
                return true;
            }
            if (other.owner != lock.owner && (other.covers(lock.path) || lock.covers(other.path)))
                throw Error(
                    exit_no,
                    fmt::format("'{}' is locked by {}: {}", other.path, other.owner, other.reason),
                    {}, "'cdb lock' lists the locks with the time they end");
            return true;
        });
        for (auto& path : over)
            f_->tables.lock.erase(t, path);
        f_->tables.lock.put(t, lock.path, lock.encode());
        f_->db.audit(
            t, lock.owner, "lock",
            fmt::format("{}, {} seconds: {}", lock.path, lock.expires - lock.time, lock.reason));
    });
}

bool Sessions::drop_lock(std::string_view path, const std::string& who, bool force) {
    return f_->db.env().update([&](bdb::Txn& t) {
        auto v = f_->tables.lock.get(&t, path);
        if (!v)
            return false;
        PathLock lock = PathLock::decode(std::string(path), *v);
        bool over = lock.expires <= f_->db.now();
        if (lock.owner != who && !over && !force)
            throw Error(
                exit_denied,
                fmt::format("the lock on '{}' is that of {}: {}", path, lock.owner, lock.reason),
                {}, "'cdb unlock --force' takes it away all the same");
        f_->tables.lock.erase(t, path);
        f_->db.audit(t, who, "unlock",
                     lock.owner == who ? lock.path
                                       : fmt::format("{}, the lock of {}", lock.path, lock.owner));
        return !over;
    });
}

std::vector<PathLock> Sessions::locks() const {
    std::vector<PathLock> all;
    int64_t at = f_->db.now();
    f_->tables.lock.each(nullptr, {}, [&](auto path, auto v) {
        PathLock l = PathLock::decode(std::string(path), v);
        if (l.expires > at)
            all.push_back(std::move(l));
        return true;
    });
    return all;
}

void Sessions::verify(std::vector<std::string>& wrong) const {
    f_->tables.edit.each(nullptr, {}, [&](std::string_view key, auto) {
        std::string_view id = key.substr(0, key.find('\0'));
        if (!f_->tables.session.has(nullptr, id))
            wrong.push_back(fmt::format("session: an edit of the unknown session '{}'", id));
        return true;
    });
}

}  // namespace weft::cdb
