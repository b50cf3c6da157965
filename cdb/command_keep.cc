// cdb's commands that look after the database.
#include <fmt/core.h>

#include <filesystem>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/records.hh"
#include "cdb/terminal.hh"
#include "cdb/workdir.hh"

namespace weft::cdb {

namespace {

int export_(const Args& a) {
    if (a.rest().size() != 1)
        throw Error(exit_usage, "into which folder?");
    std::string dir = a.rest()[0];
    std::error_code ec;
    if (std::filesystem::exists(dir, ec) && !std::filesystem::is_empty(dir, ec) &&
        !workdir_state(dir))
        throw Error(exit_usage, fmt::format("the folder '{}' is not empty", dir), {},
                    "give a new one");
    Client c(a);
    Element e = c.get("export" + (a.has("at") ? "?at=" + percent_encode(a.get("at")) : ""));
    size_t n = 0, changed = 0, left_out = 0;
    for (const Element& f : list_at(e, "files").list()) {
        std::string path = bytes_at(f, "path");
        try {
            check_path(path);
        } catch (const Error& bad) {  // committed before there was a rule against it
            fmt::print(stderr, "cdb: warning: left out: {}\n", bad.message);
            left_out++;
            continue;
        }
        const Element* base64 = f.find(Term(Key("base64")));
        std::string text =
            base64 ? base64_decode(base64->string()).value_or("") : bytes_at(f, "text");
        std::string file = dir + "/" + path;
        make_dirs(file.substr(0, file.rfind('/')));
        changed += write_file(file, text, {.sync = false}) != Change::none;
        n++;
    }
    make_dirs(dir);
    set_workdir_state(dir, {.revision = uint64_t(number_at(e, "revision")), .all = true});
    fmt::print("revision {}: {} files, {} written\n", number_at(e, "revision"), n, changed);
    return left_out ? exit_data : exit_ok;
}

int verify(const Args& a) {
    Client c(a);
    Element e = c.post("verify", fmt::format("{{\"compile\":{},\"rebuild\":{},\"collect\":{}}}",
                                             a.has("compile"), a.has("rebuild"), a.has("collect")));
    const Element& wrong = list_at(e, "wrong");
    if (raw(a, c))
        return wrong.size() ? exit_no : exit_ok;
    if (a.has("collect"))
        fmt::print("{} contents nothing referred to are gone\n", number_at(e, "collected"));
    for (const Element& w : wrong.list())
        fmt::print("{}\n", harmless(w.string()));
    if (!wrong.size())
        fmt::print("revision {}: every record agrees with every other\n", number_at(e, "revision"));
    return wrong.size() ? exit_no : exit_ok;
}

int prune(const Args& a) {
    if (!a.has("keep") && !a.has("days"))
        throw Error(exit_usage, "how much is to be kept?", {},
                    "--keep revisions, --days days, or both");
    Client c(a);
    Json j;
    j.open().field("check", a.noaction());
    for (const char* key : {"keep", "days"})
        if (a.has(key))
            j.field(key, int64_t(a.number(key, 0, 0, 1000000000)));
    Element e = c.post("prune", j.close().take());
    if (!raw(a, c))
        fmt::print("before revision {}: {} old profiles{}, {:.1f} MB\n", number_at(e, "before"),
                   number_at(e, "profiles"), a.noaction() ? " would go" : " are gone",
                   double(number_at(e, "bytes")) / 1e6);
    return exit_ok;
}

int backup(const Args& a) {
    Client c(a);
    std::string name = a.rest().empty() ? "" : a.rest()[0];
    Element e = c.post("backup", name.empty() ? "{}" : "{\"name\":\"" + name + "\"}");
    if (!raw(a, c))
        fmt::print("revision {} is in {} on the server\n", number_at(e, "revision"),
                   text_at(e, "dir"));
    return exit_ok;
}

}  // namespace

std::vector<Program> keep_commands() {
    return {
        {.name = "export",
         .usage = "cdb export [--at revision] folder",
         .about = "Write all files of a revision into a folder.",
         .options = {{0, "at", "REVISION", "as it was then"}},
         .body = export_},
        {.name = "verify",
         .usage = "cdb verify [--collect] [--compile] [--rebuild]",
         .about = "Prove the database: every record, every index, every content.",
         .options = {{0, "collect", nullptr, "drop contents nothing refers to"},
                     {0, "compile", nullptr, "compile everything and compare that too"},
                     {0, "rebuild", nullptr, "make the indexes anew first"}},
         .body = verify},
        {.name = "prune",
         .usage = "cdb prune [-n] [--keep revisions] [--days days]",
         .about = "Drop what profiles were long ago.",
         .options = {{'n', "noaction", nullptr, "only say what would go"},
                     {0, "keep", "REVISIONS", "the newest so many stay as they are"},
                     {0, "days", "DAYS", "and so do those of the last so many"}},
         .body = prune},
        {.name = "backup",
         .usage = "cdb backup [name]",
         .about = "Copy the database while it is in use, on the server.",
         .options = {},
         .body = backup},
    };
}

}  // namespace weft::cdb
