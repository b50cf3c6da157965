// cdb's commands for tags and locks.
#include <fmt/core.h>

#include "base/config.hh"
#include "base/error.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/tree_source.hh"

namespace weft::cdb {

namespace {

int tag(const Args& a) {
    Client c(a);
    if (a.rest().size() > 2)
        throw Error(exit_usage, "one name, and the revision it is for");
    if (a.rest().empty()) {
        Element e = c.get("tags");
        if (raw(a, c))
            return exit_ok;
        std::vector<std::vector<std::string>> rows;
        for (const Element& t : list_at(e, "tags").list())
            rows.push_back({text_at(t, "tag"), fmt::format("revision {}", number_at(t, "revision")),
                            local_time(number_at(t, "time")), text_at(t, "author"),
                            text_at(t, "comment")});
        print_table(rows);
        return exit_ok;
    }
    std::string resource = "tags/" + percent_encode(a.rest()[0]);
    if (a.has("delete")) {
        c.request("DELETE", resource);
        raw(a, c);
        return exit_ok;
    }
    Json j;
    j.open()
        .field("revision", a.rest().size() > 1 ? a.rest()[1] : "head")
        .field("comment", a.get("message"))
        .close();
    Element e = c.request("PUT", resource, j.take());
    if (!raw(a, c))
        fmt::print("{} is revision {}\n", text_at(e, "tag"), number_at(e, "revision"));
    return exit_ok;
}

void print_locks(const Element& e) {
    std::vector<std::vector<std::string>> rows;
    for (const Element& l : list_at(e, "locks").list())
        rows.push_back({text_at(l, "path"), text_at(l, "owner"),
                        "until " + local_time(number_at(l, "expires")), text_at(l, "reason")});
    print_table(rows);
}

int lock(const Args& a) {
    Client c(a);
    if (a.rest().empty()) {
        Element e = c.get("locks");
        if (!raw(a, c))
            print_locks(e);
        return exit_ok;
    }
    if (!a.has("message"))
        throw Error(exit_usage, "a lock needs a reason", {}, "cdb lock -m 'new racks' site/geneva");
    double seconds = parse_seconds(a.get("for", "8h"));
    for (auto& path : a.rest()) {
        Json j;
        j.open()
            .field("path", tree_path(path))
            .field("reason", a.get("message"))
            .field("seconds", int64_t(seconds))
            .close();
        c.post("locks", j.take());
    }
    if (!raw(a, c))
        fmt::print("locked until {}\n", local_time(int64_t(time(nullptr)) + int64_t(seconds)));
    return exit_ok;
}

int unlock(const Args& a) {
    if (a.rest().empty())
        throw Error(exit_usage, "which path?", {}, "'cdb lock' lists the locks");
    Client c(a);
    for (auto& path : a.rest())
        c.request("DELETE",
                  "locks/" + path_url(tree_path(path)) + (a.has("force") ? "?force=1" : ""));
    raw(a, c);
    return exit_ok;
}

}  // namespace

std::vector<Program> mark_commands() {
    const Option message{'m', "message", "TEXT", "why"};
    return {
        {.name = "tag",
         .usage = "cdb tag [-d] [-m text] [name [revision]]",
         .about = "Name a revision, the newest if none is given; list the names.",
         .options = {message, {'d', "delete", nullptr, "forget the name"}},
         .body = tag},
        {.name = "lock",
         .usage = "cdb lock [-m reason] [--for time] [path...]",
         .about = "Keep others from committing files, or folders, for a while; list such locks.",
         .options = {message, {0, "for", "TIME", "how long: 30m, 2d; 8h if not given"}},
         .body = lock},
        {.name = "unlock",
         .usage = "cdb unlock [--force] path...",
         .about = "Give locks back.",
         .options = {{0, "force", nullptr, "those of others too"}},
         .body = unlock},
    };
}

}  // namespace weft::cdb
