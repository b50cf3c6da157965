// cdb's commands that only look.
#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/codec.hh"
#include "cdb/json.hh"
#include "cdb/terminal.hh"

namespace weft::cdb {

namespace {

std::string at(const Args& a) { return a.has("at") ? "?at=" + percent_encode(a.get("at")) : ""; }

/// A resource of the session when one is open and no revision is asked for, of the database
/// otherwise.
std::string place(const Args& a, const Client& c, const std::string& resource) {
    return c.session().empty() || a.has("at")
               ? resource + at(a)
               : "sessions/" + percent_encode(c.session()) + "/" + resource;
}

std::string when(const Element& e, std::string_view key) {
    int64_t t = number_at(e, key);
    return t ? local_time(t) : "-";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int ls(const Args& a) {
    Client c(a);
    Element e = c.get(place(a, c, "tree"));
    if (raw(a, c))
        return exit_ok;
    std::string pattern = a.rest().empty() ? "" : a.rest()[0];
    bool any = false;
    for (const Element& f : list_at(e, "files").list()) {
        std::string path = text_at(f, "path");
        if (!pattern.empty() && fnmatch(pattern.c_str(), path.c_str(), 0) &&
            !path.starts_with(pattern + "/"))
            continue;
        if (a.has("long"))
            fmt::print("{}  {}\n", text_at(f, "hash").substr(0, 12), path);
        else
            fmt::print("{}\n", path);
        any = true;
    }
    return any ? exit_ok : exit_no;
}

int get(const Args& a) {
    Client c(a);
    std::string path = one_word(a, "path");
    print_content(c.text(place(a, c, "templates/" + path_url(path))));
    return exit_ok;
}

int log(const Args& a) {
    Client c(a);
    std::string resource = fmt::format("revisions?limit={}", a.number("limit", 20, 1, 10000));
    if (a.has("author"))
        resource += "&author=" + percent_encode(a.get("author"));
    if (!a.rest().empty())
        resource += "&path=" + percent_encode(a.rest()[0]);
    Element e = c.get(resource);
    if (raw(a, c))
        return exit_ok;
    std::map<int64_t, std::string> tags;
    Element named = c.get("tags");
    for (const Element& t : list_at(named, "tags").list())
        tags[number_at(t, "revision")] += "[" + text_at(t, "tag") + "] ";
    std::vector<std::vector<std::string>> rows;
    for (const Element& r : list_at(e, "revisions").list())
        rows.push_back({std::to_string(number_at(r, "revision")), when(r, "time"),
                        fmt::format("{} files", number_at(r, "files")),
                        fmt::format("{} profiles", number_at(r, "profiles")), text_at(r, "author"),
                        tags[number_at(r, "revision")] + first_line(text_at(r, "comment"))});
    print_table(rows);
    return exit_ok;
}

int show(const Args& a) {
    Client c(a);
    Element r = c.get("revisions/" + percent_encode(one_word(a, "revision")));
    if (raw(a, c))
        return exit_ok;
    fmt::print("revision {} on {}\nauthor   {}\ntime     {}\n", number_at(r, "revision"),
               number_at(r, "base"), text_at(r, "author"), when(r, "time"));
    if (number_at(r, "reverts"))
        fmt::print("reverts  {}\n", number_at(r, "reverts"));
    for (const char* key : {"by", "origin"})
        if (std::string v = text_at(r, key); !v.empty())
            fmt::print("{:<8} {}\n", key, v);
    std::string comment = text_at(r, "comment");
    fmt::print("\n");
    for (std::string_view line : lines(comment))
        fmt::print("    {}\n", line);
    fmt::print("\n");
    for (const Element& f : list_at(r, "changes").list())
        fmt::print("{:<8} {}\n", text_at(f, "kind"), text_at(f, "path"));
    for (const Element& n : list_at(r, "nodes").list())
        fmt::print("{:<8} profile of {}\n", text_at(n, "kind"), text_at(n, "node"));
    return exit_ok;
}

/// The session's changes, one revision's, or what differs between two; of files, or of a node's
/// profile.
int diff(const Args& a) {
    Client c(a);
    auto& words = a.rest();
    if (words.size() > 2)
        throw Error(exit_usage, "between two revisions only");
    if (a.has("node")) {
        if (words.empty())
            throw Error(exit_usage, "since which revision?", {},
                        "cdb diff --node lxb001 12; cdb diff --node lxb001 12 15");
        std::string resource =
            "profiles/" + percent_encode(a.get("node")) + "/diff?from=" + percent_encode(words[0]);
        if (words.size() > 1)
            resource += "&to=" + percent_encode(words[1]);
        Element e = c.get(resource);
        if (!raw(a, c))
            print_effects(e);
        return list_at(e, "effects").size() ? exit_ok : exit_no;
    }
    std::string resource = words.size() == 2 ? "diff?from=" + percent_encode(words[0]) +
                                                   "&to=" + percent_encode(words[1])
                           : words.empty() ? session_url(c, "diff")
                                           : "revisions/" + percent_encode(words[0]) + "/diff";
    Element e = c.get(resource);
    if (raw(a, c))
        return exit_ok;
    std::string path = a.get("path");
    size_t shown = 0;
    for (const Element& f : list_at(e, "files").list()) {
        std::string name = text_at(f, "path");
        if (!path.empty() && name != path && !name.starts_with(path + "/"))
            continue;
        fmt::print("{}", paint_diff(bytes_at(f, "diff")));
        shown++;
    }
    return shown ? exit_ok : exit_no;
}

int annotate(const Args& a) {
    Client c(a);
    Element e = c.get("annotate/" + path_url(one_word(a, "path")) + at(a));
    if (raw(a, c))
        return exit_ok;
    int n = 0;
    for (const Element& l : list_at(e, "lines").list())
        fmt::print("{:>6}  {}  {:<30.30}  {:>4}  {}\n", number_at(l, "revision"),
                   when(l, "time").substr(0, 10), text_at(l, "author"), ++n, text_at(l, "text"));
    return exit_ok;
}

int hosts(const Args& a) {
    Client c(a);
    Element e = c.get("hosts");
    if (raw(a, c))
        return exit_ok;
    std::vector<std::vector<std::string>> rows;
    for (const Element& h : list_at(e, "hosts").list())
        rows.push_back({text_at(h, "node"), fmt::format("revision {}", number_at(h, "revision")),
                        when(h, "modified"), text_at(h, "object")});
    print_table(rows);
    return rows.empty() ? exit_no : exit_ok;
}

int profile(const Args& a) {
    Client c(a);
    std::string form = a.get("format", "json");
    std::string resource =
        "profiles/" + percent_encode(one_word(a, "node")) + "?format=" + percent_encode(form);
    if (a.has("at"))
        resource += "&at=" + percent_encode(a.get("at"));
    print_content(c.text(resource));
    return exit_ok;
}

int query(const Args& a) {
    if (a.rest().empty())
        throw Error(exit_usage, "which path?");
    std::string format = a.has("json") ? "json" : a.get("format", "table");
    if (format != "table" && format != "json" && format != "csv" && format != "sql")
        throw Error(exit_usage, fmt::format("unknown format '{}'", format), {},
                    "table, json, csv or sql");
    Client c(a);
    std::string resource = "query?format=" + (format == "table" ? "json" : format);
    for (auto& path : a.rest())
        resource += "&path=" + percent_encode(path);
    for (auto& text : a.all("where"))
        resource += "&where=" + percent_encode(text);
    for (const char* key : {"node", "text", "limit"})
        if (a.has(key))
            resource += fmt::format("&{}={}", key, percent_encode(a.get(key)));
    if (a.has("join"))
        resource += "&join=1";
    if (format != "table") {
        print_content(c.text(resource));
        return exit_ok;
    }
    Element e = c.get(resource);
    std::vector<std::vector<std::string>> rows;
    for (const Element& r : list_at(e, "rows").list()) {
        auto& row = rows.emplace_back(std::vector{text_at(r, "node")});
        if (a.has("join")) {
            for (const Element& cell : list_at(r, "values").list()) {
                std::string all;
                for (const Element& v : cell.list())
                    all += (all.empty() ? "" : ", ") + property_text(v);
                row.push_back(all.empty() ? "-" : all);
            }
        } else {
            const Element* v = r.find("/value");
            row.insert(row.end(), {text_at(r, "path"), v ? property_text(*v) : ""});
        }
    }
    print_table(rows);
    if (const Element* all = e.find("/complete"); all && all->is(Kind::boolean) && !all->boolean())
        fmt::print(stderr, "there is more: --limit asks for it\n");
    return rows.empty() ? exit_no : exit_ok;
}

void print_session(const Element& session) {
    fmt::print("session {} on revision {} (the newest is {}): {} changes\n",
               text_at(session, "session"), number_at(session, "base"), number_at(session, "head"),
               list_at(session, "changes").size());
    for (const Element& f : list_at(session, "changes").list()) {
        int64_t conflict = number_at(f, "conflict");
        fmt::print("  {:<8} {}{}\n", text_at(f, "kind"), text_at(f, "path"),
                   conflict ? fmt::format("  (also changed in revision {})", conflict) : "");
    }
}

/// Which components of a node failed and why; what its agent said when it names none.
std::string failure(const Element& node) {
    std::string why;
    for (const Element& c : list_at(node, "components").list()) {
        if (text_at(c, "status") != "failed")
            continue;
        std::string message = first_line(text_at(c, "message"));
        why += fmt::format("{}{}{}{}", why.empty() ? "" : "; ", text_at(c, "name"),
                           message.empty() ? "" : ": ", message);
    }
    return why.empty() ? first_line(text_at(node, "message")) : why;
}

std::string nodes_are(size_t n) { return fmt::format("{} node{}", n, n == 1 ? " is" : "s are"); }

/// How many nodes are where they should be, in one line.
std::string summary(size_t failed, size_t behind, size_t unseen) {
    std::vector<std::string> parts;
    if (behind)
        parts.push_back(nodes_are(behind) + " behind");
    if (failed)
        parts.push_back(fmt::format("{} failed", failed));
    if (unseen)
        parts.push_back(fmt::format("{} never seen", unseen));
    return parts.empty() ? "every node runs its profile"
                         : fmt::format("{}", fmt::join(parts, ", "));
}

/// The open session, then the nodes that are not where they should be.
int status(const Args& a) {
    Client c(a);
    std::string nodes = a.has("all") ? "nodes" : "nodes?lagging=1";
    std::string session =
        c.session().empty() ? "" : c.text("sessions/" + percent_encode(c.session()));
    if (a.has("json")) {  // one document: the session is a field of it
        std::string text = c.text(nodes);
        fmt::print("{}{}", session.empty() ? "" : "{\"session\":" + session + ",",
                   std::string_view(text).substr(session.empty() ? 0 : 1));
        return exit_ok;
    }
    if (!session.empty())
        print_session(parse_json(session, "the answer"));
    Element e = c.get(nodes);
    std::vector<std::vector<std::string>> rows;
    size_t failed = 0, behind = 0, unseen = 0;
    for (const Element& n : list_at(e, "nodes").list()) {
        std::string lag = text_at(n, "lag"),
                    why = text_at(n, "status") == "failed" ? failure(n) : "";
        if (lag == "never seen")
            unseen++;
        else if (lag == "failed")
            failed++;
        else if (!lag.empty())
            behind++;
        rows.push_back({text_at(n, "node"), fmt::format("wanted {}", number_at(n, "wanted")),
                        fmt::format("has {}", number_at(n, "has")),
                        fmt::format("runs {}", number_at(n, "runs")),
                        "fetched " + when(n, "fetched"),
                        (lag.empty() ? "ok" : lag) + (why.empty() ? "" : ": " + why)});
    }
    fmt::print("revision {}: {}\n", number_at(e, "head"), summary(failed, behind, unseen));
    print_table(rows);
    return exit_ok;
}

int sessions(const Args& a) {
    Client c(a);
    Element e = c.get("sessions");
    if (raw(a, c))
        return exit_ok;
    std::vector<std::vector<std::string>> rows;
    for (const Element& s : list_at(e, "sessions").list())
        rows.push_back({text_at(s, "session") == c.session() ? "*" : "", text_at(s, "session"),
                        fmt::format("base {}", number_at(s, "base")),
                        fmt::format("{} changes", number_at(s, "changes")), when(s, "touched"),
                        text_at(s, "owner"), text_at(s, "comment")});
    print_table(rows);
    return exit_ok;
}

int who(const Args& a) {
    Client c(a);
    Element e = c.get("whoami" + (a.rest().empty() ? "" : "?path=" + percent_encode(a.rest()[0])));
    if (raw(a, c))
        return exit_ok;
    std::string may;
    for (const Element& right : list_at(e, "rights").list())
        may += " " + harmless(right.string(), true);
    fmt::print("{}: {}\n", text_at(e, "name"),
               a.rest().empty() ? text_at(e, "right")
               : may.empty()    ? "nothing"
                                : may.substr(1));
    return exit_ok;
}

int audit(const Args& a) {
    Client c(a);
    Element e = c.get(fmt::format("audit?limit={}", a.number("limit", 50, 1, 10000)));
    if (raw(a, c))
        return exit_ok;
    std::vector<std::vector<std::string>> rows;
    for (const Element& l : list_at(e, "audit").list())
        rows.push_back({std::to_string(number_at(l, "number")), when(l, "time"),
                        text_at(l, "action"), text_at(l, "who"), text_at(l, "detail")});
    print_table(rows);
    return exit_ok;
}

}  // namespace

std::vector<Program> look_commands() {
    const Option at{0, "at", "REVISION", "as it was then"};
    const Option limit{'l', "limit", "N", "at most so many"};
    return {
        {.name = "ls",
         .usage = "cdb ls [-l] [--at revision] [pattern]",
         .about = "List files, of the session if one is open.",
         .options = {{'l', "long", nullptr, "with the digest of the content"}, at},
         .body = ls},
        {.name = "get",
         .usage = "cdb get [--at revision] path",
         .about = "Print a file.",
         .options = {at},
         .body = get},
        {.name = "log",
         .usage = "cdb log [-l n] [--author text] [path]",
         .about = "List revisions, newest first.",
         .options = {limit, {0, "author", "TEXT", "only by people in whose name it is"}},
         .body = log},
        {.name = "show",
         .usage = "cdb show revision",
         .about = "Show a revision: files and the nodes whose profile it changed.",
         .options = {},
         .body = show},
        {.name = "diff",
         .usage = "cdb diff [--node node] [--path path] [revision [revision]]",
         .about = "Show the session's changes, a revision's, or what differs between two.",
         .options = {{0, "node", "NODE", "in the profile of a node"},
                     {0, "path", "PATH", "only this file or folder"}},
         .body = diff},
        {.name = "annotate",
         .usage = "cdb annotate [--at revision] path",
         .about = "Print a file with who brought each line, and when.",
         .options = {at},
         .body = annotate},
        {.name = "hosts",
         .usage = "cdb hosts",
         .about = "List the nodes that have a profile.",
         .options = {},
         .body = hosts},
        {.name = "profile",
         .usage = "cdb profile [--at revision] [--format form] node",
         .about = "Print a node's profile.",
         .options = {at, {0, "format", "FORM", "json (default), xml, or origins"}},
         .body = profile},
        {.name = "query",
         .usage = "cdb query [--join] [--node pattern] [--where condition] [--text words] [--limit "
                  "n] [--format form] path-pattern ...",
         .about = "Print the values at a path on all nodes.",
         .options = {{0, "join", nullptr, "a row a node, a column a pattern"},
                     {0, "node", "PATTERN", "only nodes that match"},
                     {0, "where", "CONDITION",
                      "only nodes for which it holds: '/hardware/ram >= 4096', '/system/kind = "
                      "login', '!/a/b'"},
                     {0, "text", "WORDS", "only paths or values with this in them"},
                     {0, "limit", "N", "at most so many rows"},
                     {0, "format", "FORM", "table (default), json, csv, or sql"}},
         .body = query},
        {.name = "status",
         .usage = "cdb status [-a]",
         .about = "Show the session, and the nodes that lag behind.",
         .options = {{'a', "all", nullptr, "the other nodes too"}},
         .body = status},
        {.name = "sessions",
         .usage = "cdb sessions",
         .about = "List the open sessions.",
         .options = {},
         .body = sessions},
        {.name = "who",
         .usage = "cdb who [path]",
         .about = "Say who the server takes us for, and what we may do to a file or folder.",
         .options = {},
         .body = who},
        {.name = "audit",
         .usage = "cdb audit [-l n]",
         .about = "Print the audit log, newest first.",
         .options = {limit},
         .body = audit},
    };
}

}  // namespace weft::cdb
