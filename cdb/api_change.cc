// Sessions, checks and commits.
#include <fmt/core.h>

#include "base/error.hh"
#include "cdb/api.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"

namespace weft::cdb {

static Session session_of(Server& s, Call& c) {
    auto session = s.store.sessions.find(c.args[0]);
    if (!session)
        throw Error(exit_data, fmt::format("there is no session '{}'", c.args[0]), {},
                    "it was committed or closed; 'cdb open' begins a new one");
    return *session;
}

static Session own_session(Server& s, Call& c) {
    Session session = session_of(s, c);
    if (session.owner != c.who.name)
        throw Error(exit_denied,
                    fmt::format("the session '{}' is that of '{}'", session.id, session.owner));
    return session;
}

static Answer outcome(const Outcome& o) {
    Json j;
    put(j, o);
    return json(status_of(o), j);
}

/// On the line of commits. What it did is published on the loop's thread before the answer goes
/// out, and before anything a later commit did.
Answer commit(Server& s, Call& c, Proposal p) {
    if (p.by.empty())
        p.author = c.who.name;
    p.request = std::string(c.request.header("x-weft-request").substr(0, 100));
    for (auto& e : p.edits)
        s.need(c, e.path == access_path ? Namespaces::admin : Namespaces::commit, e.path);
    for (auto& past : p.past)
        for (auto& [path, hash] : past.files)
            s.need(c, path == access_path ? Namespaces::admin : Namespaces::commit, path);
    if (p.comment.size() > 10000)
        throw Error(exit_data, "the comment is longer than 10000 bytes");
    Outcome o = s.pipeline.commit(p, [&](Outcome done) {
        s.veil(c, done);
        s.loop.post(
            [&s, done = std::move(done), author = p.author, comment = p.comment, reply = c.reply] {
                s.publish(done, author, comment);
                reply.send(*outcome(done));
            });
    });
    if (o.state == Outcome::done)
        return std::nullopt;
    if (o.state == Outcome::refused || o.state == Outcome::conflict || o.state == Outcome::locked) {
        s.store.database.audit(
            c.who.name, "refused",
            fmt::format("{} files, {} errors, {} conflicts, {} locks: {}", p.edits.size(),
                        o.errors.size(), o.conflicts.size(), o.locks.size(), p.comment));
        s.log.info("commit by {} refused: {} errors in {} objects, {} conflicts: {}", p.author,
                   o.errors.size(), o.failing.size(), o.conflicts.size(), p.comment);
        s.loop.post([&s] { s.counters.refused_commits++; });
    }
    s.veil(c, o);
    return outcome(o);
}

/// What it would do is shown to who may write there, as far as they may read it.
Answer check(Server& s, Call& c, Proposal p) {
    if (p.by.empty())
        p.author = c.who.name;
    p.request = std::string(c.request.header("x-weft-request").substr(0, 100));
    for (auto& e : p.edits)
        s.need(c, Namespaces::write, e.path);
    p.abandoned = [reply = c.reply] {
        return reply.gone();
    };
    Outcome o = s.pipeline.check(p);
    s.veil(c, o);
    return outcome(o);
}

static Proposal proposal(Server& s, const Call& c, const Element& body) {
    uint64_t head = s.store.revisions.head(), base = number_of(body, "base", head);
    if (base > head)
        throw Error(exit_data, fmt::format("there is no revision {}", base), {},
                    fmt::format("the newest is {}", head));
    Proposal p{.comment = text_of(body, "comment"),
               .edits = edits_of(s.store, body, base, s.need_name(c)),
               .base = base,
               .once = text_of(body, "once")};
    p.everything = flag_of(body, "everything");
    return p;
}

Answer post_check(Server& s, Call& c) { return check(s, c, proposal(s, c, c.body())); }

Answer post_commit(Server& s, Call& c) { return commit(s, c, proposal(s, c, c.body())); }

Answer post_revert(Server& s, Call& c) {
    Element body = c.body();
    if (!field(body, "revision"))
        throw Error(exit_data, "which 'revision' is to be undone?");
    uint64_t number = revision_of(s, body, "revision");
    auto r = s.store.revisions.find(number);
    if (!r)
        throw Error(exit_data, fmt::format("there is no revision {}", number), {},
                    fmt::format("the newest is {}", s.store.revisions.head()));
    Proposal p{.comment = text_of(body, "comment"),
               .edits = s.pipeline.undo(number),
               .base = s.store.revisions.head(),
               .reverts = number,
               .once = text_of(body, "once")};
    if (auto paths = words_of(body, "paths"); !paths.empty()) {
        std::erase_if(p.edits, [&](const Edit& e) {
            return std::none_of(paths.begin(), paths.end(), [&](auto& path) {
                return e.path == path || e.path.starts_with(path + "/");
            });
        });
        if (p.edits.empty())
            throw Error(exit_data, fmt::format("revision {} changed none of these files", number),
                        {}, fmt::format("'cdb show {}' lists what it changed", number));
    }
    if (p.comment.empty())
        p.comment = fmt::format("revert {}: {}", number, r->comment);
    return commit(s, c, std::move(p));
}

// ---- sessions

static void put(Json& j, Server& s, const Session& session) {
    j.open()
        .field("session", session.id)
        .field("owner", session.owner)
        .field("base", session.base)
        .field("opened", session.opened);
    j.field("touched", session.touched)
        .field("comment", session.comment)
        .field("changes", uint64_t(s.store.sessions.edits(session.id).size()))
        .close();
}

Answer get_sessions(Server& s, Call&) {
    Json j;
    j.open().key("sessions").open('[');
    for (auto& session : s.store.sessions.all())
        put(j, s, session);
    j.close(']').close();
    return json(200, j);
}

Answer post_sessions(Server& s, Call& c) {
    Json j;
    put(j, s, s.store.sessions.open(c.who.name, text_of(c.body(), "comment")));
    return json(201, j);
}

Answer get_session(Server& s, Call& c) {
    Session session = session_of(s, c);
    uint64_t head = s.store.revisions.head();
    Json j;
    j.open()
        .field("session", session.id)
        .field("owner", session.owner)
        .field("base", session.base)
        .field("head", head);
    j.field("opened", session.opened)
        .field("touched", session.touched)
        .field("comment", session.comment)
        .key("changes")
        .open('[');
    for (auto& e : s.store.sessions.edits(session.id)) {
        j.open()
            .field("path", e.path)
            .field("kind", !e.text          ? "removed"
                           : e.base.empty() ? "added"
                                            : "changed");
        if (s.store.revisions.file_at(e.path, head) != e.base)
            j.field("conflict", s.store.revisions.changed_at(e.path, head));
        j.close();
    }
    j.close(']').close();
    return json(200, j);
}

Answer delete_session(Server& s, Call& c) {
    Session session = own_session(s, c);
    s.store.sessions.close(session.id);
    Json j;
    j.open().field("closed", session.id).close();
    return json(200, j);
}

static Answer changes_of(Server& s, const std::string& id) {
    Json j;
    j.open()
        .field("session", id)
        .field("changes", uint64_t(s.store.sessions.edits(id).size()))
        .close();
    return json(200, j);
}

Answer post_session_templates(Server& s, Call& c) {
    Session session = own_session(s, c);
    auto edits = edits_of(s.store, c.body(), session.base, s.need_name(c));
    for (auto& e : edits)
        s.need(c, Namespaces::write, e.path);
    s.store.sessions.put_edits(session.id, std::move(edits));
    return changes_of(s, session.id);
}

Answer get_session_template(Server& s, Call& c) {
    Session session = session_of(s, c);
    s.need(c, Namespaces::read, c.args[1]);
    auto edit = s.store.sessions.edit(session.id, c.args[1]);
    if (edit && edit->text)
        return HttpResponse::text(200, *edit->text, "application/octet-stream");
    Hash h = edit ? Hash() : s.store.revisions.file_at(c.args[1], session.base);
    if (h.empty())
        return problem(404, fmt::format("there is no '{}' in the session", c.args[1]));
    return HttpResponse::text(200, s.store.contents.text(h), "application/octet-stream");
}

Answer put_session_template(Server& s, Call& c) {
    Session session = own_session(s, c);
    s.need(c, Namespaces::write, c.args[1]);
    s.store.sessions.put_edits(session.id, {{.path = c.args[1], .text = c.request.body}});
    return changes_of(s, session.id);
}

Answer delete_session_template(Server& s, Call& c) {
    Session session = own_session(s, c);
    s.need(c, Namespaces::write, c.args[1]);
    auto edit = s.store.sessions.edit(session.id, c.args[1]);
    if (edit ? !edit->text : s.store.revisions.file_at(c.args[1], session.base).empty())
        return problem(404, fmt::format("there is no '{}' in the session", c.args[1]));
    s.store.sessions.put_edits(session.id, {{.path = c.args[1]}});
    return changes_of(s, session.id);
}

Answer post_session_rollback(Server& s, Call& c) {
    Session session = own_session(s, c);
    s.store.sessions.drop_edits(session.id, words_of(c.body(), "paths"));
    return changes_of(s, session.id);
}

static Proposal proposal(Server& s, const Session& session, const Element& body) {
    return {.comment = text_of(body, "comment", session.comment),
            .edits = s.store.sessions.edits(session.id),
            .base = session.base,
            .once = text_of(body, "once"),
            .session = session.id,
            .touched = session.touched};
}

Answer post_session_check(Server& s, Call& c) {
    return check(s, c, proposal(s, session_of(s, c), c.body()));
}

Answer post_session_commit(Server& s, Call& c) {
    Element body = c.body();
    std::string once = text_of(body, "once");
    // A repeated commit finds its session closed: the key answers for it.
    if (!once.empty())
        if (auto done = s.store.revisions.once(c.who.name, once)) {
            Outcome o;
            o.state = Outcome::repeated;
            o.revision = *done;
            return outcome(o);
        }
    return commit(s, c, proposal(s, own_session(s, c), body));
}

}  // namespace weft::cdb
