// Requests' bodies in, answers' bodies out.
#include <fmt/core.h>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/noun/request.hh"
#include "cdb/contents.hh"
#include "cdb/revisions.hh"
#include "cdb/server.hh"

namespace weft::cdb {

/// Every name that a request's body may have; others are dropped as they are read.
static const std::set<std::string_view> request_names = {
    "author", "back",       "base",    "base64",  "before",  "canary",     "changes",  "check",
    "cid",    "collect",    "comment", "commits", "compile", "components", "contents", "days",
    "delete", "everything", "hash",    "hashes",  "keep",    "message",    "name",     "nodes",
    "once",   "origin",     "path",    "paths",   "reason",  "rebuild",    "revision", "seconds",
    "status", "text",       "time",    "wait"};

const Element* field(const Element& object, std::string_view name) {
    if (!request_names.contains(name))
        bug("a request's body is asked for what no request has");
    return object.find(Term(Key(name)));
}

Element read_request(std::string_view text) {
    return parse_json_named(text, "the request", request_names);
}

Element Call::body() const {
    if (request.body.empty())
        return Element::new_dict();
    Element e = read_request(request.body);
    if (!e.is(Kind::dict))
        throw Error(exit_data, "the request's body must be an object");
    return e;
}

void Call::go_on() const {
    if (reply.gone())
        throw Error(exit_try_later, "nobody waits for this answer any more");
}

uint64_t Call::number(std::string_view name, uint64_t fallback) const {
    auto text = request.parameter(name);
    if (!text)
        return fallback;
    uint64_t n = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), n);
    if (ec != std::errc() || end != text->data() + text->size())
        throw Error(exit_data, fmt::format("'{}' must be a number, not '{}'", name, *text));
    return n;
}

std::string text_of(const Element& body, std::string_view key, std::string fallback) {
    const Element* e = field(body, key);
    if (!e || e->is(Kind::null))
        return fallback;
    if (!e->is(Kind::string))
        throw Error(exit_data, fmt::format("'{}' must be a string", key));
    return std::string(e->string());
}

std::vector<std::string> words_of(const Element& body, std::string_view key) {
    std::vector<std::string> words;
    const Element* list = field(body, key);
    if (!list)
        return words;
    if (!list->is(Kind::list))
        throw Error(exit_data, fmt::format("'{}' must be a list", key));
    for (const Element& w : list->list()) {
        if (!w.is(Kind::string))
            throw Error(exit_data, fmt::format("each of '{}' must be a string", key));
        words.emplace_back(w.string());
    }
    return words;
}

uint64_t number_of(const Element& body, std::string_view key, uint64_t fallback) {
    const Element* e = field(body, key);
    if (!e || e->is(Kind::null))
        return fallback;
    if (!e->is(Kind::long_) || e->long_value() < 0)
        throw Error(exit_data, fmt::format("'{}' must be a whole number", key));
    return uint64_t(e->long_value());
}

bool flag_of(const Element& body, std::string_view key) {
    const Element* e = field(body, key);
    if (!e || e->is(Kind::null))
        return false;
    if (!e->is(Kind::boolean))
        throw Error(exit_data, fmt::format("'{}' must be true or false", key));
    return e->boolean();
}

Hash hash_at(const Element& body, std::string_view key) {
    std::string text = text_of(body, key);
    Hash hash = text.size() == 64 ? from_hex(text) : Hash();
    if (hash.empty())
        throw Error(exit_data, fmt::format("'{}' must be 64 digits, 0 to 9 and a to f, not '{}'",
                                           key, text.substr(0, 100)));
    return hash;
}

std::vector<Edit> edits_of(const Store& store, const Element& body, uint64_t base,
                           const MayName& may_name) {
    const Element* list = field(body, "changes");
    if (!list || !list->is(Kind::list))
        throw Error(
            exit_data, "'changes' must be a list", {},
            R"("changes": [{"path": "site/ntp.pan", "text": "..."}, {"path": "old.pan", "delete": true}])");
    std::vector<Edit> edits;
    std::set<std::string> seen;
    for (const Element& c : list->list()) {
        if (!c.is(Kind::dict))
            throw Error(exit_data, "each of 'changes' must be an object");
        Edit e{.path = text_of(c, "path")};
        if (!flag_of(c, "delete"))
            check_path(e.path);
        if (!seen.insert(e.path).second)
            throw Error(exit_data, fmt::format("'{}' is changed twice", e.path));
        const Element* text = field(c, "text");
        const Element* base64 = field(c, "base64");
        const Element* gone = field(c, "delete");
        const Element* named = field(c, "hash");
        if (bool(text) + bool(base64) + bool(gone) + bool(named) != 1)
            throw Error(
                exit_data,
                fmt::format("'{}' needs one of 'text', 'base64', 'hash' and 'delete'", e.path));
        if (gone && !(gone->is(Kind::boolean) && gone->boolean()))
            throw Error(exit_data, "'delete' must be true");
        if (text)
            e.text = text_of(c, "text");
        if (base64)
            e.text = base64_decode(text_of(c, "base64"));
        if (base64 && !e.text)
            throw Error(exit_data, fmt::format("'{}': no base64", e.path));
        if (named) {
            Hash hash = hash_at(c, "hash");
            may_name(hash);
            e.text = store.contents.text(hash);
        }
        e.base = !field(c, "before")            ? store.revisions.file_at(e.path, base)
                 : text_of(c, "before").empty() ? Hash()
                                                : hash_at(c, "before");
        edits.push_back(std::move(e));
    }
    return edits;
}

void put_file(Json& j, std::string_view path, std::string_view text) {
    j.open().field("path", path);
    if (is_utf8(text))
        j.field("text", text);
    else
        j.field("base64", base64_encode(text, 0));
    j.close();
}

HttpResponse json(int status, Json& j) { return HttpResponse::json(status, j.take()); }

HttpResponse problem(int status, const Error& e) {
    Json j;
    j.open().field("error", e.message);
    if (!e.hint.empty())
        j.field("hint", e.hint);
    j.field("text", e.text("cdbd")).close();
    return json(status, j);
}

HttpResponse problem(int status, std::string message, std::string hint) {
    return problem(status, Error(exit_data, std::move(message), {}, std::move(hint)));
}

static const char* change_kind(const Hash& before, const Hash& after) {
    return before.empty() ? "added" : after.empty() ? "removed" : "changed";
}

void put(Json& j, const Revision& r, const std::function<bool(const std::string& path)>& may_read) {
    j.open()
        .field("revision", r.number)
        .field("author", r.author)
        .field("time", r.time)
        .field("comment", r.comment);
    j.field("base", r.base);
    if (r.reverts)
        j.field("reverts", r.reverts);
    if (!r.by.empty())
        j.field("by", r.by);
    if (!r.origin.empty())
        j.field("origin", r.origin);
    if (r.recorded)
        j.field("recorded", true);
    if (!r.stage.empty())
        j.field("stage", r.stage).field("target", r.target);
    j.field("files", uint64_t(r.files.size())).field("profiles", uint64_t(r.profiles.size()));
    if (may_read) {
        j.key("changes").open('[');
        for (auto& f : r.files) {
            if (!may_read(f.path))
                continue;
            j.open().field("path", f.path).field("kind", change_kind(f.before, f.after));
            if (!f.before.empty())
                j.field("before", to_hex(f.before));
            if (!f.after.empty())
                j.field("after", to_hex(f.after));
            j.close();
        }
        j.close(']').key("nodes").open('[');
        for (auto& p : r.profiles)
            j.open()
                .field("node", node_of(p.object))
                .field("kind", change_kind(p.before, p.after))
                .close();
        j.close(']');
    }
    j.close();
}

void put(Json& j, const PathLock& l) {
    j.open()
        .field("path", l.path)
        .field("owner", l.owner)
        .field("reason", l.reason)
        .field("time", l.time)
        .field("expires", l.expires)
        .close();
}

int status_of(const Outcome& o) {
    return o.state == Outcome::conflict || o.state == Outcome::locked ? 409
           : o.state == Outcome::refused                              ? 422
                                                                      : 200;
}

void put(Json& j, const std::vector<Effect>& effects) {
    static const char* kinds[] = {"added", "changed", "withdrawn"};
    auto value = [&](const char* key, const std::string& text) {
        j.key(key).raw(text.empty() ? "null" : text);
    };
    j.open('[');
    for (auto& e : effects) {
        j.open().field("kind", kinds[e.kind]).field("nodes", e.nodes).key("values").open('[');
        for (auto& v : e.values) {
            j.open().field("path", v.path);
            value("before", v.before);
            value("after", v.after);
            j.close();
        }
        j.close(']').field("more", uint64_t(e.more)).field("components", e.components).close();
    }
    j.close(']');
}

void put(Json& j, const Outcome& o) {
    static const char* states[] = {"done",     "unchanged", "repeated",
                                   "conflict", "locked",    "refused"};
    j.open().field("state", states[o.state]).field("revision", o.revision);
    j.key("files").open('[');
    for (auto& f : o.files)
        j.open().field("path", f.path).field("kind", change_kind(f.before, f.after)).close();
    j.close(']').key("conflicts").open('[');
    for (auto& c : o.conflicts)
        j.open()
            .field("path", c.path)
            .field("revision", c.revision)
            .field("author", c.author)
            .close();
    j.close(']').key("locks").open('[');
    for (auto& l : o.locks)
        put(j, l);
    j.close(']').key("errors").open('[');
    for (auto& d : o.errors) {
        const Error& e = d.error;
        j.open().field("kind", d.kind).field("message", e.message);
        if (!e.where.file.empty())
            j.field("file", e.where.file);
        if (e.where.line)
            j.field("line", e.where.line).field("col", e.where.col);
        if (!e.hint.empty())
            j.field("hint", e.hint);
        j.field("text", e.text()).field("objects", d.objects).close();
    }
    j.close(']').field("failing", o.failing).key("notes").open('[');
    for (auto* list : {&o.notes, &o.printed})
        for (auto& line : *list)
            j.value(line);
    j.close(']');
    j.key("effects");
    put(j, o.effects);
    j.key("nodes").open('[');
    for (auto& p : o.published)
        j.value(node_of(p.object));
    j.close(']').field("compiled", uint64_t(o.compiled)).field("changed", uint64_t(o.changed));
    j.key("trace")
        .open()
        .field("write_xml", o.trace.write_xml)
        .field("digest", o.trace.digest)
        .field("gzip", o.trace.gzip)
        .field("values", o.trace.values)
        .field("origins", o.trace.origins)
        .field("store", o.trace.store)
        .close();
    j.field("compile_seconds", o.compile_seconds).field("seconds", o.seconds).close();
}

}  // namespace weft::cdb
