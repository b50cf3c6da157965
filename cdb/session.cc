// What is not in a revision: sessions and their edits, nodes to be told, what nodes reported, the
// audit log.
#include <fmt/core.h>

#include <filesystem>
#include <random>

#include "base/error.hh"
#include "cdb/store.hh"
#include "cdb/tables.hh"

namespace weft::cdb {

// ---- sessions

Session Store::open_session(std::string owner, std::string comment) {
    std::random_device random;  // a name nobody guesses, though it grants nothing by itself
    Session s{.owner = std::move(owner),
              .opened = now(),
              .touched = now(),
              .comment = std::move(comment)};
    return env_.update([&](bdb::Txn& t) {
        s.base = meta_number(t_->meta, &t, "head");
        s.id = fmt::format("s{:08x}", random());
        while (!t_->session.add(t, s.id, s.encode()))
            s.id = fmt::format("s{:08x}", random());
        audit(t, s.owner, "open", s.id);
        return s;
    });
}

std::optional<Session> Store::session(std::string_view id) const {
    auto v = t_->session.get(nullptr, id);
    if (!v)
        return std::nullopt;
    return Session::decode(std::string(id), *v);
}

std::vector<Session> Store::sessions() const {
    std::vector<Session> all;
    t_->session.each(nullptr, {}, [&](auto id, auto v) {
        return all.push_back(Session::decode(std::string(id), v)), true;
    });
    return all;
}

std::vector<Edit> Store::edits(std::string_view id) const {
    std::vector<Edit> all;
    std::string prefix = join(id, {});
    t_->edit.each(nullptr, prefix, [&](std::string_view key, std::string_view v) {
        all.push_back(Edit::decode(std::string(key.substr(prefix.size())), v));
        return true;
    });
    return all;
}

std::optional<Edit> Store::edit(std::string_view id, std::string_view path) const {
    auto v = t_->edit.get(nullptr, join(id, path));
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

void Store::put_edits(std::string_view id, std::vector<Edit> edits) {
    for (auto& e : edits)
        check_path(e.path);
    env_.update([&](bdb::Txn& t) {
        Session s = must_have(t_->session.get(&t, id), id);
        for (Edit& e : edits) {
            e.base.clear();
            bdb::Cursor c(t_->history, &t);
            if (c.seek_last(join(e.path, number_key(s.base))) &&
                c.key().size() == e.path.size() + 9 && before_number(c.key()) == e.path)
                e.base = c.value();
            bool same = e.text ? hash_of(*e.text) == e.base : e.base.empty();
            if (same)
                t_->edit.erase(t, join(id, e.path));
            else
                t_->edit.put(t, join(id, e.path), e.encode());
        }
        s.touched =
            std::max(now(), s.touched + 1);  // never the same twice: a commit asks whether it moved
        t_->session.put(t, id, s.encode());
    });
}

void Store::drop_edits(std::string_view id, const std::vector<std::string>& paths) {
    env_.update([&](bdb::Txn& t) {
        Session s = must_have(t_->session.get(&t, id), id);
        std::vector<std::string> keys;
        for (auto& p : paths)
            keys.push_back(join(id, p));
        if (paths.empty())
            t_->edit.each(&t, join(id, {}),
                          [&](auto key, auto) { return keys.emplace_back(key), true; });
        for (auto& key : keys)
            t_->edit.erase(t, key);
        s.touched = std::max(now(), s.touched + 1);
        t_->session.put(t, id, s.encode());
    });
}

void erase_session(bdb::Txn& t, const bdb::Table& session, const bdb::Table& edit,
                   std::string_view id) {
    std::vector<std::string> keys;
    edit.each(&t, join(id, {}), [&](auto key, auto) { return keys.emplace_back(key), true; });
    for (auto& key : keys)
        edit.erase(t, key);
    session.erase(t, id);
}

bool Store::close_session(std::string_view id) {
    return env_.update([&](bdb::Txn& t) {
        auto v = t_->session.get(&t, id);
        if (!v)
            return false;
        erase_session(t, t_->session, t_->edit, id);
        audit(t, Session::decode(std::string(id), *v).owner, "close", std::string(id));
        return true;
    });
}

std::vector<Session> Store::expire_sessions(int64_t seconds) {
    std::vector<Session> over;
    for (Session& s : sessions())
        if (s.touched + seconds <= now())
            over.push_back(std::move(s));
    if (over.empty())
        return over;
    return env_.update([&](bdb::Txn& t) {
        std::vector<Session> done;
        for (auto& s : over) {
            auto v = t_->session.get(&t, s.id);
            if (!v || Session::decode(s.id, *v).touched != s.touched)
                continue;  // touched or closed since
            erase_session(t, t_->session, t_->edit, s.id);
            audit(t, s.owner, "expire",
                  fmt::format("{}, untouched for {} seconds: {}", s.id, now() - s.touched,
                              s.comment));
            done.push_back(s);
        }
        return done;
    });
}

// ---- notification

std::vector<Pending> Store::pending() const {
    std::vector<Pending> all;
    t_->outbox.each(nullptr, {}, [&](std::string_view object, std::string_view v) {
        Decoder d(v, "an outbox entry");
        Pending p{.object = std::string(object), .revision = d.number()};
        p.modified = int64_t(d.number());
        all.push_back(std::move(p));
        return true;
    });
    return all;
}

void Store::told(const std::vector<std::pair<std::string, uint64_t>>& objects) {
    if (objects.empty())
        return;
    env_.update([&](bdb::Txn& t) {
        for (auto& [object, revision] : objects)
            if (auto v = t_->outbox.get(&t, object);
                v && Decoder(*v, "an outbox entry").number() <= revision)
                t_->outbox.erase(t, object);
    });
}

// ---- nodes

std::vector<std::pair<std::string, std::string>> Store::nodes() const {
    std::vector<std::pair<std::string, std::string>> all;
    t_->node.each(nullptr, {}, [&](auto name, auto v) { return all.emplace_back(name, v), true; });
    return all;
}

void Store::put_nodes(const std::vector<std::pair<std::string, std::string>>& nodes) {
    if (nodes.empty())
        return;
    env_.update([&](bdb::Txn& t) {
        for (auto& [name, v] : nodes)
            t_->node.put(t, name, v);
    });
}

// ---- audit

void Store::audit(bdb::Txn& t, std::string who, std::string action, std::string detail) {
    uint64_t last = meta_number(t_->meta, &t, "audit");
    AuditLine a{.number = last + 1,
                .time = now(),
                .who = std::move(who),
                .action = std::move(action),
                .detail = std::move(detail)};
    if (last)
        a.before = hash_of(t_->audit.get(&t, number_key(last)).value_or(""));
    t_->audit.put(t, number_key(a.number), a.encode());
    t_->meta.put(t, "audit", number_key(a.number));
}

void Store::audit(std::string who, std::string action, std::string detail) {
    env_.update([&](bdb::Txn& t) { audit(t, who, action, detail); });
}

std::vector<AuditLine> Store::audit_log(uint64_t before, size_t limit) const {
    std::vector<AuditLine> out;
    bdb::Cursor c(t_->audit, nullptr);
    bool more = before ? c.seek_last(number_key(before - 1)) : c.last();
    for (; more && out.size() < limit; more = c.prev())
        out.push_back(AuditLine::decode(key_number(c.key()), c.value()));
    return out;
}

}  // namespace weft::cdb
