// Files of any revision, the log, differences, who wrote which line.
#include <fmt/format.h>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "cdb/api.hh"
#include "cdb/contents.hh"
#include "cdb/lookup.hh"
#include "cdb/revisions.hh"
#include "cdb/sessions.hh"

namespace weft::cdb {

uint64_t revision_asked(const Server& s, const Call& c) {
    return s.store.revisions.named(c.request.parameter("at").value_or("head"));
}

uint64_t revision_of(const Server& s, const Element& body, std::string_view key) {
    const Element* e = field(body, key);
    if (e && e->is(Kind::string))
        return s.store.revisions.named(e->string());
    uint64_t n = number_of(body, key, s.store.revisions.head());
    return s.store.revisions.named(std::to_string(n));
}

static void put_tree(Json& j, Server& s, const Call& c, uint64_t revision, const Tree& tree) {
    j.open().field("revision", revision).key("files").open('[');
    for (auto& [path, hash] : tree)
        if (s.may_read(c, path))
            j.open().field("path", path).field("hash", to_hex(hash)).close();
    j.close(']').close();
}

Answer get_tree(Server& s, Call& c) {
    Json j;
    uint64_t at = revision_asked(s, c);
    put_tree(j, s, c, at, s.store.revisions.tree(at));
    return json(200, j);
}

Answer get_session_tree(Server& s, Call& c) {
    auto session = s.store.sessions.find(c.args[0]);
    if (!session)
        return problem(404, fmt::format("there is no session '{}'", c.args[0]));
    Tree tree = s.store.revisions.tree(session->base);
    for (auto& e : s.store.sessions.edits(session->id))
        if (e.text)
            tree[e.path] = hash_of(*e.text);
        else
            tree.erase(e.path);
    Json j;
    put_tree(j, s, c, session->base, tree);
    return json(200, j);
}

Answer get_export(Server& s, Call& c) {
    uint64_t at = revision_asked(s, c);
    Json j;
    j.open().field("revision", at).key("files").open('[');
    for (auto& [path, hash] : s.store.revisions.tree(at)) {
        c.go_on();
        if (s.may_read(c, path))
            put_file(j, path, s.store.contents.text(hash));
    }
    j.close(']').close();
    return json(200, j);
}

Answer get_template(Server& s, Call& c) {
    s.need(c, Namespaces::read, c.args[0]);
    uint64_t at = revision_asked(s, c);
    // As it was before it was removed, for who wants it back.
    if (c.request.parameter("last")) {
        uint64_t changed = s.store.revisions.changed_at(c.args[0], at);
        if (changed && s.store.revisions.file_at(c.args[0], changed).empty())
            at = changed - 1;
    }
    Hash h = s.store.revisions.file_at(c.args[0], at);
    if (h.empty())
        return problem(404, fmt::format("there is no '{}' in the database", c.args[0]));
    return HttpResponse::text(200, s.store.contents.text(h), "application/octet-stream")
        .with("ETag", '"' + to_hex(h) + '"');
}

Answer get_revisions(Server& s, Call& c) {
    Json j;
    j.open().field("head", s.store.revisions.head()).key("revisions").open('[');
    auto limit = std::min<uint64_t>(c.number("limit", 50), 10000);
    auto path = c.request.parameter("path"), author = c.request.parameter("author");
    uint64_t found = 0;
    for (uint64_t before = c.number("before", 0); found < limit;) {
        auto some = s.store.revisions.log(before, path || author ? 500 : limit - found);
        if (some.empty())
            break;
        for (auto& r : some) {
            before = r.number;
            bool touches = !path || std::any_of(r.files.begin(), r.files.end(), [&](auto& f) {
                return f.path == *path || f.path.starts_with(*path + "/");
            });
            touches = touches && (!author || r.author.find(*author) != std::string::npos ||
                                  r.by.find(*author) != std::string::npos);
            if (touches && found < limit) {
                put(j, r);
                found++;
            }
        }
        if (before <= 1)
            break;
    }
    j.close(']').close();
    return json(200, j);
}

static Revision revision_named(Server& s, const std::string& name) {
    uint64_t n = s.store.revisions.named(name);
    auto r = s.store.revisions.find(n);
    if (!r)
        throw Error(exit_data, fmt::format("there is no revision {}", n), {}, "the first one is 1");
    return *r;
}

Answer get_revision(Server& s, Call& c) {
    Json j;
    put(j, revision_named(s, c.args[0]), [&](auto& path) { return s.may_read(c, path); });
    return json(200, j);
}

/// What a revision did to the nodes' profiles, the first so many of them, told as a check tells it.
Answer get_revision_effects(Server& s, Call& c) {
    Revision r = revision_named(s, c.args[0]);
    size_t limit = std::min<uint64_t>(c.number("limit", 100), r.profiles.size());
    auto tree = [&](const ProfileChange& p, const Hash& h) {
        return h.empty() ? Element() : read_xml(s.store.contents.text(h), p.object);
    };
    std::vector<Effect> all;
    for (size_t i = 0; i < limit; i++) {
        c.go_on();
        auto& p = r.profiles[i];
        all.push_back(effect(node_of(p.object), tree(p, p.before), tree(p, p.after)));
    }
    all = grouped(std::move(all));
    s.veil(c, all);
    Json j;
    j.open().field("revision", r.number).key("effects");
    put(j, all);
    j.field("compared", uint64_t(limit)).field("complete", limit == r.profiles.size()).close();
    return json(200, j);
}

static void put_diff(Json& j, std::string_view path, const std::string& before,
                     const std::string& after) {
    j.open()
        .field("path", path)
        .field("diff", text_diff(before, after, std::string(path), 2000))
        .close();
}

Answer get_revision_diff(Server& s, Call& c) {
    Revision r = revision_named(s, c.args[0]);
    auto text = [&](const Hash& h) {
        return h.empty() ? std::string() : s.store.contents.text(h);
    };
    Json j;
    j.open().field("revision", r.number).key("files").open('[');
    for (auto& f : r.files) {
        c.go_on();
        if (s.may_read(c, f.path))
            put_diff(j, f.path, text(f.before), text(f.after));
    }
    j.close(']').close();
    return json(200, j);
}

/// What differs between any two revisions.
Answer get_diff(Server& s, Call& c) {
    uint64_t from = s.store.revisions.named(c.request.parameter("from").value_or("head"));
    uint64_t to = s.store.revisions.named(c.request.parameter("to").value_or("head"));
    std::string path = c.request.parameter("path").value_or("");
    Tree before = s.store.revisions.tree(from), after = s.store.revisions.tree(to);
    std::set<std::string> paths;
    for (const Tree* tree : {&before, &after})
        for (auto& [name, hash] : *tree) {
            auto a = before.find(name), b = after.find(name);
            bool same = a != before.end() && b != after.end() && a->second == b->second;
            if (!same && (path.empty() || name == path || name.starts_with(path + "/")))
                paths.insert(name);
        }
    auto text = [&](const Tree& tree, const std::string& name) {
        auto it = tree.find(name);
        return it == tree.end() ? std::string() : s.store.contents.text(it->second);
    };
    Json j;
    j.open().field("from", from).field("to", to).key("files").open('[');
    for (auto& name : paths) {
        c.go_on();
        if (s.may_read(c, name))
            put_diff(j, name, text(before, name), text(after, name));
    }
    j.close(']').close();
    return json(200, j);
}

Answer get_session_diff(Server& s, Call& c) {
    auto session = s.store.sessions.find(c.args[0]);
    if (!session)
        return problem(404, fmt::format("there is no session '{}'", c.args[0]));
    Json j;
    j.open().field("session", session->id).key("files").open('[');
    for (auto& e : s.store.sessions.edits(session->id))
        if (s.may_read(c, e.path))
            put_diff(j, e.path, e.base.empty() ? "" : s.store.contents.text(e.base),
                     e.text.value_or(""));
    j.close(']').close();
    return json(200, j);
}

/// The file's own path; for one that is not there those that some load path leads to, as origins
/// name templates.
static std::vector<std::string> found(const Store& store, const std::string& path, uint64_t at) {
    if (!store.revisions.file_at(path, at).empty())
        return {path};
    auto tree = std::make_shared<const Tree>(store.revisions.tree(at));
    TreeSource source(store.contents);
    source.use(tree);
    return Lookup(tree, source).anywhere(path);
}

/// What one annotation may cost: changes of the file, and pairs of lines compared.
static constexpr size_t most_versions = 1000, most_compared = 200'000'000;

/// Each line of a file with the revision that brought it: the versions compared from the oldest to
/// the newest. Of a longer history only the last changes; and what differs where comparing has cost
/// too much counts as new.
Answer get_annotate(Server& s, Call& c) {
    uint64_t at = revision_asked(s, c);
    auto files = found(s.store, c.args[0], at);
    std::string path = files.empty() ? c.args[0] : files[0];
    for (auto& file : files)
        s.need(c, Namespaces::read, file);
    s.need(c, Namespaces::read, path);
    if (files.empty())
        return problem(404, fmt::format("there is no '{}' in the database", c.args[0]));
    if (files.size() > 1)
        return problem(409, fmt::format("'{}' leads to different files from different folders: {}",
                                        c.args[0], fmt::join(files, ", ")));
    std::vector<uint64_t> versions;
    for (uint64_t n = s.store.revisions.changed_at(path, at); n && versions.size() < most_versions;
         n = s.store.revisions.changed_at(path, n - 1))
        versions.push_back(n);

    struct Line {
        std::string text;
        uint64_t revision;
    };
    std::vector<Line> now;
    size_t compared = 0;
    for (auto v = versions.rbegin(); v != versions.rend(); ++v) {
        c.go_on();
        Hash h = s.store.revisions.file_at(path, *v);
        std::string text = h.empty() ? "" : s.store.contents.text(h);
        auto fresh = lines(text);
        // The longest common subsequence keeps its lines' revisions; a head and tail in common cost
        // nothing.
        size_t head = 0, tail = 0;
        while (head < now.size() && head < fresh.size() && now[head].text == fresh[head])
            head++;
        while (tail < now.size() - head && tail < fresh.size() - head &&
               now[now.size() - 1 - tail].text == fresh[fresh.size() - 1 - tail])
            tail++;
        size_t n = now.size() - head - tail, m = fresh.size() - head - tail;
        std::vector<Line> next(now.begin(), now.begin() + long(head));
        if (n * m <= 4000000 && compared + n * m <= most_compared) {
            compared += n * m;
            std::vector<std::vector<uint32_t>> common(n + 1, std::vector<uint32_t>(m + 1));
            for (size_t i = n; i-- > 0;)
                for (size_t k = m; k-- > 0;)
                    common[i][k] = now[head + i].text == fresh[head + k]
                                       ? common[i + 1][k + 1] + 1
                                       : std::max(common[i + 1][k], common[i][k + 1]);
            for (size_t i = 0, k = 0; k < m;) {
                if (i < n && now[head + i].text == fresh[head + k]) {
                    next.push_back(now[head + i++]);
                    k++;
                } else if (i < n && common[i + 1][k] >= common[i][k + 1])
                    i++;
                else
                    next.push_back({std::string(fresh[head + k++]), *v});
            }
        } else {
            for (size_t k = 0; k < m; k++)
                next.push_back({std::string(fresh[head + k]), *v});
        }
        next.insert(next.end(), now.end() - long(tail), now.end());
        now = std::move(next);
    }
    std::map<uint64_t, Revision> known;
    Json j;
    j.open().field("path", path).key("lines").open('[');
    for (auto& l : now) {
        auto it = known.find(l.revision);
        if (it == known.end())
            it = known.emplace(l.revision, s.store.revisions.find(l.revision).value_or(Revision{}))
                     .first;
        j.open()
            .field("revision", l.revision)
            .field("author", it->second.author)
            .field("time", it->second.time)
            .field("text", l.text)
            .close();
    }
    j.close(']').close();
    return json(200, j);
}

}  // namespace weft::cdb
