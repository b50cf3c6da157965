// cdb's commands for stages.
#include <fmt/core.h>

#include "base/config.hh"
#include "base/error.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/terminal.hh"

namespace weft::cdb {

namespace {

std::string joined(const Element& list) {
    std::string s;
    for (const Element& e : list.list())
        s += (s.empty() ? "" : " ") + harmless(e.string(), true);
    return s;
}

int stage(const Args& a) {
    Client c(a);
    auto& words = a.rest();
    if (a.has("delete")) {
        c.request("DELETE", "stages/" + percent_encode(one_word(a, "stage")));
        raw(a, c);
        return exit_ok;
    }
    if (words.size() == 1)
        throw Error(exit_usage, "which nodes?", {}, "cdb stage NAME PATTERN...");
    if (!words.empty()) {
        Json j;
        j.open().field("nodes", std::vector<std::string>(words.begin() + 1, words.end())).close();
        Element e = c.request("PUT", "stages/" + percent_encode(words[0]), j.take());
        if (!raw(a, c))
            fmt::print("{} is at revision {}\n", text_at(e, "stage"), number_at(e, "revision"));
        return exit_ok;
    }
    Element e = c.get("stages");
    if (raw(a, c))
        return exit_ok;
    std::vector<std::vector<std::string>> rows;
    for (const Element& s : list_at(e, "stages").list()) {
        std::string state = "settled", stopped = text_at(s, "stopped");
        if (int64_t target = number_at(s, "target"))
            state = fmt::format(
                "{} revision {}: {}",
                stopped.empty() ? "waits for its canary on the way to" : "stopped on the way to",
                target, stopped.empty() ? joined(list_at(s, "canary")) : stopped);
        rows.push_back({text_at(s, "stage"), fmt::format("revision {}", number_at(s, "revision")),
                        joined(list_at(s, "nodes")), state});
    }
    print_table(rows);
    return exit_ok;
}

int promote(const Args& a) {
    auto& words = a.rest();
    if (words.empty() || words.size() > 2)
        throw Error(exit_usage, "which stage?", {},
                    "cdb promote STAGE [REVISION]; 'cdb stage' lists the stages");
    Client c(a);
    Json j;
    j.open().field("check", a.noaction()).field("back", a.has("back"));
    if (words.size() > 1)
        j.field("revision", words[1]);
    if (a.has("message"))
        j.field("comment", a.get("message"));
    if (a.has("canary"))
        j.field("canary", a.get("canary"))
            .field("wait", int64_t(parse_seconds(a.get("wait", "30m"))));
    Element e = c.post("stages/" + percent_encode(words[0]) + "/promote", j.close().take());
    if (raw(a, c))
        return exit_ok;
    if (a.noaction()) {
        print_effects(e);
        fmt::print("to revision {}: {} profiles would change\n", number_at(e, "revision"),
                   number_at(e, "changed"));
        return exit_ok;
    }
    if (text_at(e, "state") == "unchanged") {
        fmt::print("nothing to do: {} is at revision {}\n", words[0], number_at(e, "revision"));
        return exit_no;
    }
    fmt::print("revision {}: {} profiles changed\n", number_at(e, "revision"),
               number_at(e, "changed"));
    if (a.has("canary"))
        fmt::print("the rest follows when these report success; 'cdb stage' shows it\n");
    return exit_ok;
}

}  // namespace

std::vector<Program> stage_commands() {
    return {
        {.name = "stage",
         .usage = "cdb stage [-d] [name [pattern...]]",
         .about = "Let nodes follow a revision of their own; list such stages.",
         .options = {{'d', "delete", nullptr, "let them follow the newest again"}},
         .body = stage},
        {.name = "promote",
         .usage =
             "cdb promote [-n] [-m text] [--back] [--canary nodes] [--wait time] stage [revision]",
         .about =
             "Give the nodes of a stage the profiles of a revision, the newest if none is given.",
         .options = {{'n', "noaction", nullptr, "only show what would change on which nodes"},
                     {'m', "message", "TEXT", "why"},
                     {0, "back", nullptr,
                      "to an earlier revision; without one, the canary back to where the stage is"},
                     {0, "canary", "NODES",
                      "these first: a number, 10%, or names and patterns with commas"},
                     {0, "wait", "TIME", "for their reports, 30m if not given; then it stops"}},
         .body = promote},
    };
}

}  // namespace weft::cdb
