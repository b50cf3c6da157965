// Tags and locks.
#include <fmt/core.h>

#include "base/error.hh"
#include "cdb/api.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"

namespace weft::cdb {

static void put(Json& j, const Tag& t) {
    j.open()
        .field("tag", t.name)
        .field("revision", t.revision)
        .field("author", t.author)
        .field("time", t.time)
        .field("comment", t.comment)
        .close();
}

Answer get_tags(Server& s, Call&) { return list_answer("tags", s.store.revisions.tags()); }

Answer put_tag(Server& s, Call& c) {
    s.need(c, Namespaces::commit, "");
    Element body = c.body();
    Tag t{.name = c.args[0],
          .revision = revision_of(s, body, "revision"),
          .author = c.who.name,
          .comment = text_of(body, "comment")};
    s.store.revisions.put_tag(t);
    Json j;
    put(j, t);
    return json(200, j);
}

Answer delete_tag(Server& s, Call& c) {
    s.need(c, Namespaces::commit, "");
    if (!s.store.revisions.drop_tag(c.args[0], c.who.name))
        return problem(404, fmt::format("there is no tag '{}'", c.args[0]));
    Json j;
    j.open().field("tag", c.args[0]).close();
    return json(200, j);
}

static Answer all_locks(Server& s) { return list_answer("locks", s.store.sessions.locks()); }

Answer get_locks(Server& s, Call&) { return all_locks(s); }

Answer post_locks(Server& s, Call& c) {
    Element body = c.body();
    uint64_t seconds =
        std::min<uint64_t>(number_of(body, "seconds", 8 * 3600), uint64_t(366) * 86400);
    PathLock l{.path = text_of(body, "path"),
               .owner = c.who.name,
               .reason = text_of(body, "reason"),
               .expires = s.store.database.now() + int64_t(seconds)};
    s.need(c, Namespaces::write, l.path);
    if (l.reason.empty())
        throw Error(exit_data, "a lock needs a 'reason'", {},
                    "others want to know whom to ask, and why");
    if (l.reason.size() > 1000)
        throw Error(exit_data, "the reason is longer than 1000 bytes");
    s.store.sessions.put_lock(l);
    return all_locks(s);
}

Answer delete_lock(Server& s, Call& c) {
    bool force = c.request.parameter("force").has_value();
    s.need(c, force ? Namespaces::admin : Namespaces::write, c.args[0]);
    if (!s.store.sessions.drop_lock(c.args[0], c.who.name, force))
        return problem(404, fmt::format("there is no lock on '{}'", c.args[0]));
    return all_locks(s);
}

}  // namespace weft::cdb
