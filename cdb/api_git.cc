// Contents by hash, history as it was made in git, and back as a stream for git fast-import.
#include <fmt/core.h>

#include <map>

#include "base/base64.hh"
#include "base/error.hh"
#include "cdb/api.hh"
#include "cdb/contents.hh"
#include "cdb/revisions.hh"

namespace weft::cdb {

static const Element& list_of(const Element& body, std::string_view key) {
    const Element* list = field(body, key);
    if (!list || !list->is(Kind::list))
        throw Error(exit_data, fmt::format("'{}' must be a list", key));
    return *list;
}

Answer post_missing(Server& s, Call& c) {
    s.need_writer(c);
    Json j;
    j.open().key("missing").open('[');
    Element body = c.body();
    auto may = s.may_name(c);
    std::vector<Hash> there;
    for (const Element& h : list_of(body, "hashes").list()) {
        Hash hash = h.is(Kind::string) ? from_hex(h.string()) : Hash();
        if (hash.size() != 32)
            throw Error(exit_data, "each of 'hashes' must be 64 digits, 0 to 9 and a to f");
        if (s.store.contents.has(hash) && may(hash))
            there.push_back(hash);
        else
            j.value(h.string());
    }
    s.store.contents.keep(there, c.who.name);
    j.close(']').close();
    return json(200, j);
}

Answer post_contents(Server& s, Call& c) {
    s.need_writer(c);
    std::vector<Packed> all;
    Element body = c.body();
    for (const Element& e : list_of(body, "contents").list()) {
        auto text = e.is(Kind::string) ? base64_decode(e.string()) : std::nullopt;
        if (!text)
            throw Error(exit_data, "each of 'contents' must be base64");
        all.push_back(Packed::of(*text));
    }
    s.store.contents.put(
        all, c.who.name,
        c.who.right == Right::admin ? UINT64_MAX : 4 * s.service.config.bytes("max_commit"));
    Json j;
    j.open().key("hashes").open('[');
    for (auto& p : all)
        j.value(to_hex(p.hash));
    j.close(']').close();
    return json(200, j);
}

/// One commit of elsewhere: {"author", "time", "comment", "origin", "changes": [{"path", "hash" or
/// "delete", "before"}]}
static Past past_of(const Element& e) {
    if (!e.is(Kind::dict))
        throw Error(exit_data, "each of 'commits' must be an object");
    Past p{.author = text_of(e, "author"),
           .comment = text_of(e, "comment"),
           .origin = text_of(e, "origin"),
           .time = int64_t(number_of(e, "time", 0))};
    if (p.author.empty())
        throw Error(exit_data, "a commit needs an 'author'");
    for (const Element& change : list_of(e, "changes").list()) {
        std::string path = text_of(change, "path");
        check_path(path);
        bool gone = flag_of(change, "delete"), named = field(change, "hash");
        if (gone == named)
            throw Error(exit_data, fmt::format("'{}' needs one of 'hash' and 'delete'", path));
        p.files.emplace_back(std::move(path), named ? hash_at(change, "hash") : Hash());
    }
    return p;
}

/// The last of the commits is compiled and published, those before it are recorded; all or nothing.
Answer post_history(Server& s, Call& c) {
    Element body = c.body();
    const Element& commits = list_of(body, "commits");
    if (!commits.size())
        throw Error(exit_data, "'commits' must not be empty");
    Proposal p{.by = c.who.name, .base = s.store.revisions.head(), .once = text_of(body, "once")};
    auto may_name = s.need_name(c);
    std::map<std::string, Edit> net;  // by path: what its author saw first, what is left at the end
    for (const Element& e : commits.list()) {
        Past past = past_of(e);
        for (size_t i = 0; i < past.files.size(); i++) {
            auto& [path, after] = past.files[i];
            const Element& change = list_of(e, "changes").list()[i];
            Hash before = text_of(change, "before").empty() ? Hash() : hash_at(change, "before");
            Edit& edit = net.try_emplace(path, Edit{.path = path, .base = before}).first->second;
            edit.text.reset();
            if (after.empty())
                continue;
            may_name(after);
            edit.text = s.store.contents.text(after);
        }
        p.past.push_back(std::move(past));
    }
    Past tip = std::move(p.past.back());
    p.past.pop_back();
    p.author = tip.author;
    p.comment = tip.comment;
    p.origin = tip.origin;
    p.time = tip.time;
    for (auto& [path, edit] : net)
        p.edits.push_back(std::move(edit));
    if (flag_of(body, "check"))
        return check(s, c, std::move(p));
    return commit(s, c, std::move(p));
}

// ---- out

/// "Anna Example <anna@example.org>"; what is no such name is one without an address.
static std::string identity(std::string name, int64_t time) {
    for (char& ch : name)
        if (ch == '\n' || ch == '\0')
            ch = ' ';
    std::string address;
    if (size_t open = name.rfind('<'); open != std::string::npos && name.ends_with('>')) {
        address = name.substr(open);
        name.resize(open);
    }
    for (auto* s : {&name, &address})
        std::erase_if(*s, [](char ch) { return ch == '<' || ch == '>'; });
    while (name.ends_with(' '))
        name.pop_back();
    return fmt::format("{} <{}> {} +0000\n", name, address, std::max<int64_t>(time, 0));
}

/// Only a path that begins with a quote must be quoted; it has no backslash (check_path).
static std::string git_path(const std::string& path) {
    if (path[0] != '"')
        return path;
    std::string out = "\"";
    for (char ch : path)
        out += ch == '"' ? std::string("\\\"") : std::string(1, ch);
    return out + '"';
}

static void put_data(std::string& out, std::string_view text) {
    out += fmt::format("data {}\n{}\n", text.size(), text);
}

/// Revisions from+1 to from+limit as git fast-import reads them; X-Weft-Revision says how far it
/// came.
Answer get_export_git(Server& s, Call& c) {
    if (!s.namespaces()->may_read_all(c.who))
        throw Error(exit_denied, fmt::format("'{}' may not read every file", c.who.name), {},
                    "'cdb export' gives those that may be read");
    uint64_t from = c.number("from", 0), head = s.store.revisions.head(), last = from;
    std::string branch = c.request.parameter("branch").value_or("main"), out;
    if (branch.empty() || branch.find_first_of(" \n\t~^:?*[\\") != std::string::npos)
        throw Error(exit_data, fmt::format("'{}' is no branch", branch));
    std::multimap<uint64_t, Tag> tags;
    for (auto& t : s.store.revisions.tags())
        tags.emplace(t.revision, t);
    while (last < head && out.size() < (8u << 20)) {
        c.go_on();
        auto r = s.store.revisions.find(++last);
        if (!r)
            throw Error(exit_io, fmt::format("the revision {} is missing from the store", last), {},
                        "'cdb verify' tells more");
        out += fmt::format("commit refs/heads/{}\nmark :{}\nauthor {}committer {}", branch,
                           r->number, identity(r->author, r->time),
                           identity(r->by.empty() ? r->author : r->by, r->time));
        put_data(out, r->comment + '\n');
        if (r->number == from + 1 && from && !c.request.parameter("more"))
            out += fmt::format("from refs/heads/{}^0\n", branch);
        for (auto& f : r->files) {
            std::string path = git_path(f.path);
            if (f.after.empty()) {
                out += fmt::format("D {}\n", path);
                continue;
            }
            out += fmt::format("M 100644 inline {}\n", path);
            put_data(out, s.store.contents.text(f.after));
        }
        out += '\n';
        for (auto [it, end] = tags.equal_range(r->number); it != end; ++it)
            out += fmt::format("reset refs/tags/{}\nfrom :{}\n\n", it->second.name, r->number);
    }
    if (last == head)
        out += "done\n";
    return HttpResponse::text(200, std::move(out), "application/octet-stream")
        .with("X-Weft-Revision", std::to_string(last));
}

}  // namespace weft::cdb
