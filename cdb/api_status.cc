// How the server is, in four ways: health, metrics, events, audit; and looking after its store.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/api.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"
#include "cdb/tree_source.hh"

namespace weft::cdb {

Answer get_health(Server& s, Call&) {
    bool ok = !s.store.database.env().failed();
    Json j;
    j.open()
        .field("status", ok ? "ok" : "failing")
        .field("revision", ok ? s.head : uint64_t(0))
        .field("profiles", uint64_t(s.published.size()))
        .field("writable", ok && s.store.database.env().writable());
    if (!ok)
        j.field("reason", "the store needs a restart of the server");
    j.close();
    return json(ok ? 200 : 503, j);
}

Answer get_metrics(Server& s, Call& c) {
    if (c.who.right == Right::anyone && c.request.secure)
        return problem(403, fmt::format("'{}' may not read metrics", c.who.name));
    std::string out;
    auto put = [&](const char* name, const char* type, const char* help, auto value) {
        out += fmt::format("# HELP cdbd_{0} {1}\n# TYPE cdbd_{0} {2}\ncdbd_{0} {3}\n", name, help,
                           type, value);
    };
    auto& n = s.counters;
    auto& told = s.notifier.counters();
    size_t lagging = 0;
    for (auto& [node, p] : s.published)
        lagging += !s.nodes.lag(node, p.revision).empty();
    put("requests_total", "counter", "Requests answered.", n.requests);
    put("requests_refused_total", "counter", "Requests refused for lack of a right.", n.refused);
    put("connections_refused_total", "counter",
        "Connections that came to no request: bad TLS, no certificate of ours, too many.",
        n.refused_connections);
    put("request_errors_total", "counter", "Requests that met an error of ours.", n.errors);
    put("response_bytes_total", "counter", "Bytes of answers' bodies.", n.bytes);
    put("profile_requests_total", "counter", "Requests for profiles.", n.profiles);
    put("profile_not_modified_total", "counter", "Requests for profiles answered with 304.",
        n.not_modified);
    put("commits_total", "counter", "Commits taken.", n.commits);
    put("commits_refused_total", "counter", "Commits refused.", n.refused_commits);
    put("commit_seconds_total", "counter", "Time spent on commits taken.", n.commit_seconds);
    put("compiled_objects_total", "counter", "Objects compiled for commits taken.", n.compiled);
    put("commits_waiting", "gauge", "Commits and checks in the queue.",
        s.work.line.queued() + s.work.checks.queued());
    put("commits_at_work", "gauge",
        "Commits and checks that are being compiled or wait for their turn to be written.",
        s.pipeline.at_work().size());
    put("commits_compiled_again_total", "counter",
        "Commits and checks compiled again because an earlier one changed what they read.",
        s.pipeline.compiled_again());
    put("revision", "gauge", "The newest revision.", s.head);
    put("profiles", "gauge", "Profiles published.", s.published.size());
    put("nodes_lagging", "gauge", "Nodes that do not run their published profile.", lagging);
    put("notifications_sent_total", "counter", "Datagrams sent.", told.sent);
    put("notifications_repeated_total", "counter",
        "Of these, second and later ones for one change.", told.repeated);
    put("notifications_failed_total", "counter", "Datagrams the system would not take.",
        told.failed);
    put("notifications_unknown_total", "counter", "Nodes whose address is not known.",
        told.unknown);
    put("notifications_given_up_total", "counter",
        "Changes a node did not fetch after the last datagram.", told.given_up);
    put("notifications_waiting", "gauge", "Nodes that have not fetched their newest profile yet.",
        s.notifier.waiting());
    put("store_deadlocks_total", "counter", "Transactions run again.",
        s.store.database.env().deadlocks());
    put("store_writable", "gauge", "Is there room on the disk for a commit?",
        int(s.store.database.env().writable()));
    put("event_listeners", "gauge", "Open event streams.", s.listeners.size());
    return HttpResponse::text(200, std::move(out), "text/plain; version=0.0.4");
}

Answer get_whoami(Server& s, Call& c) {
    static const char* rights[] = {"admin", "member", "reader", "anyone"};
    Json j;
    j.open().field("name", c.who.name).field("right", rights[int(c.who.right)]);
    if (auto path = c.request.parameter("path")) {
        std::vector<std::string> may;
        using enum Namespaces::Do;
        for (auto [what, word] : {std::pair{read, "read"},
                                  {write, "write"},
                                  {commit, "commit"},
                                  {admin, "admin"},
                                  {promote, "promote"}})
            if (s.namespaces()->may(c.who, what, tree_path(*path)))
                may.emplace_back(word);
        j.field("rights", may);
    }
    if (c.who.identity)
        j.field("hosts", c.who.identity->dns);
    j.field("profiles", c.who.profiles).close();
    return json(200, j);
}

/// Server-sent events. Readers hear of everything, a node of its own profile.
Answer get_events(Server& s, Call& c) {
    std::string node = c.request.parameter("node").value_or("");
    if (node.empty() ? c.who.right == Right::anyone
                     : c.who.right == Right::anyone && !c.who.may_fetch_profile(node))
        return problem(403, fmt::format("'{}' may not listen to {}", c.who.name,
                                        node.empty() ? "everything" : "'" + node + "'"));
    HttpResponse head;
    head.with("Content-Type", "text/event-stream").with("Cache-Control", "no-cache");
    HttpStream stream = c.reply.stream(std::move(head));
    s.listeners.add(node, stream);
    auto it = s.published.find(node);
    uint64_t revision = node.empty() ? s.head : it == s.published.end() ? 0 : it->second.revision;
    stream.event(fmt::format("{{\"revision\":{}}}", revision), "hello");
    return std::nullopt;
}

void put(Json& j, const AtWork& w) {
    j.open()
        .field("author", w.author)
        .field("comment", w.comment)
        .field("request", w.request)
        .field("check", w.check);
    j.field("compiled", uint64_t(w.compiled))
        .field("objects", uint64_t(w.objects))
        .field("seconds", w.seconds)
        .close();
}

Answer get_commits(Server& s, Call& c) {
    auto all = s.pipeline.at_work();
    if (auto request = c.request.parameter("request"))
        std::erase_if(all, [&](auto& w) { return w.request != *request; });
    return list_answer("commits", all);
}

Answer get_audit(Server& s, Call& c) {
    Json j;
    j.open().key("audit").open('[');
    for (auto& a : s.store.database.audit_log(c.number("before", 0),
                                              std::min<uint64_t>(c.number("limit", 100), 10000)))
        j.open()
            .field("number", a.number)
            .field("time", a.time)
            .field("who", a.who)
            .field("action", a.action)
            .field("detail", a.detail)
            .close();
    j.close(']').close();
    return json(200, j);
}

Answer post_verify(Server& s, Call& c) {
    Element body = c.body();
    Store::Garbage garbage;
    if (flag_of(body, "rebuild")) {
        s.pipeline.rebuild();
        s.store.database.audit(c.who.name, "rebuild", "indexes");
    }
    if (flag_of(body, "collect")) {
        s.pipeline.alone([&] { garbage = s.store.collect_garbage(); });
        s.store.database.audit(
            c.who.name, "collect",
            fmt::format("{} contents, {} bytes", garbage.contents, garbage.bytes));
    }
    auto wrong = s.pipeline.verify(flag_of(body, "compile"));
    for (auto& w : wrong)
        s.log.error("verify: {}", w);
    Json j;
    j.open()
        .field("revision", s.store.revisions.head())
        .field("collected", garbage.contents)
        .field("wrong", wrong)
        .close();
    return json(200, j);
}

Answer post_prune(Server& s, Call& c) {
    Element body = c.body();
    bool by_number = field(body, "keep"), by_time = field(body, "days");
    if (!by_number && !by_time)
        throw Error(exit_data, "how many revisions, or days, are to be kept?", {},
                    R"({"keep": 100, "days": 90} keeps what either keeps)");
    uint64_t head = s.store.revisions.head(), before = head;
    if (by_number)
        before = std::min(before, head - std::min(head, number_of(body, "keep", 0)) + 1);
    if (by_time)
        before = std::min(
            before, s.store.revisions.first_since(
                        s.store.database.now() -
                        int64_t(std::min<uint64_t>(number_of(body, "days", 0), 36500)) * 86400));
    bool really = !flag_of(body, "check");
    std::map<std::string, std::set<uint64_t>> nodes;
    for (auto& [name, bytes] : s.store.stages.nodes()) {
        NodeState n = NodeState::decode(bytes);
        nodes[name] = {n.has, n.runs};
    }
    Store::Pruning p;
    s.pipeline.alone([&] { p = s.store.prune(before, nodes, really, c.who.name); });
    Json j;
    j.open()
        .field("before", p.before)
        .field("profiles", p.profiles)
        .field("contents", p.contents)
        .field("bytes", p.bytes)
        .field("check", !really)
        .close();
    return json(200, j);
}

Answer post_backup(Server& s, Call& c) {
    std::string name = text_of(
        c.body(), "name", fmt::format("{}-{}", s.store.database.now(), s.store.revisions.head()));
    if (name.empty() || name.size() > 100 || name[0] == '.' ||
        name.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
            std::string::npos)
        throw Error(exit_data, fmt::format("'{}' cannot be the name of a backup", name), {},
                    "letters, digits, dots, lines");
    std::string dir = s.backup_dir + "/" + name;
    make_dirs(s.backup_dir, 0700);
    uint64_t revision = s.store.backup(dir, s.service.config.bytes("backup_rate"));
    s.store.database.audit(c.who.name, "backup", dir);
    Json j;
    j.open().field("dir", dir).field("revision", revision).close();
    return json(200, j);
}

}  // namespace weft::cdb
