// cdb's commands that change files in the session.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/tree_source.hh"
#include "cdb/workdir.hh"

namespace weft::cdb {

namespace {

int said(const Args& a, const Client& c, const Element& answer) {
    if (!raw(a, c))
        fmt::print("{} changes in {}\n", number_at(answer, "changes"), text_at(answer, "session"));
    return exit_ok;
}

int open(const Args& a) {
    Client c(a);
    Element e = c.post("sessions", "{\"comment\":" + json_text(a.get("message")) + "}");
    c.remember_session(text_at(e, "session"));
    if (!raw(a, c))
        fmt::print("{} on revision {}\n", text_at(e, "session"), number_at(e, "base"));
    return exit_ok;
}

int close(const Args& a) {
    Client c(a);
    Element e = c.request("DELETE", session_url(c));
    c.remember_session("");
    if (!raw(a, c))
        fmt::print("closed {}, its changes are dropped\n", text_at(e, "closed"));
    return exit_ok;
}

int put(const Args& a) {
    if (a.rest().empty() || a.rest().size() > 2)
        throw Error(exit_usage, "which path?", {},
                    "cdb put PATH [FILE]; without FILE, standard input");
    Client c(a);
    std::string path = a.rest()[0];
    check_path(path);
    Edit e{.path = path, .text = read_file(a.rest().size() > 1 ? a.rest()[1] : "/dev/stdin")};
    if (c.session().empty())
        open_session(c, "");
    return said(a, c, c.post(session_url(c, "templates"), change_body({e}, {})));
}

int rm(const Args& a) {
    if (a.rest().empty())
        throw Error(exit_usage, "which path?");
    Client c(a);
    std::vector<Edit> edits;
    for (auto& path : a.rest())
        edits.push_back({.path = path});
    return said(a, c, c.post(session_url(c, "templates"), change_body(edits, {})));
}

/// The editor, on the terminal we were started from.
void run_editor(const std::string& file) {
    const char* editor = std::getenv("VISUAL");
    if (!editor || !*editor)
        editor = std::getenv("EDITOR");
    if (!editor || !*editor)
        editor = "vi";
    std::vector<std::string> words;
    std::string_view rest = editor;
    while (!rest.empty()) {
        size_t end = std::min(rest.find(' '), rest.size());
        if (end)
            words.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    words.push_back(file);
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(w.data());
    argv.push_back(nullptr);
    pid_t pid = fork();
    if (pid < 0)
        throw system_error("cannot start '" + words[0] + "'", exit_unavailable);
    if (pid == 0) {
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        throw Error(exit_unavailable, fmt::format("'{}' failed; nothing was changed", words[0]));
}

int edit(const Args& a) {
    std::string path = one_word(a, "path");
    check_path(path);
    Client c(a);
    if (c.session().empty())
        open_session(c, "");
    std::string before;
    try {
        before = c.text(session_url(c, "templates/" + path_url(path)));
    } catch (const Error& e) {
        if (e.status != exit_no)
            throw;  // not there yet: a new file
    }
    ScratchDir dir;
    std::string file = dir.path() + "/" + path.substr(path.rfind('/') + 1);
    write_file(file, before, {.mode = 0600, .sync = false});
    run_editor(file);
    std::string after = read_file(file);
    if (after == before) {
        fmt::print("not changed\n");
        return exit_no;
    }
    return said(
        a, c,
        c.post(session_url(c, "templates"), change_body({{.path = path, .text = after}}, {})));
}

int rollback(const Args& a) {
    Client c(a);
    Json j;
    j.open().field("paths", a.rest()).close();
    return said(a, c, c.post(session_url(c, "rollback"), j.take()));
}

/// What a file is in the session, or in the newest revision when none is open.
std::string text_in_session(Client& c, const std::string& path) {
    return c.text(c.session().empty() ? "templates/" + path_url(path)
                                      : session_url(c, "templates/" + path_url(path)));
}

/// A file, or all files below a folder, under another name; `gone`: and no more under the old one.
int copy(const Args& a, bool gone) {
    if (a.rest().size() != 2)
        throw Error(exit_usage, "from where to where?", {},
                    fmt::format("'{} -h' tells how", a.program()));
    std::string from = tree_path(a.rest()[0]), to = tree_path(a.rest()[1]);
    check_path(from);
    check_path(to);
    if (to == from || to.starts_with(from + "/"))
        throw Error(exit_usage, fmt::format("'{}' cannot go to '{}'", from, to));
    Client c(a);
    if (c.session().empty())
        open_session(c, "");
    std::vector<Edit> edits;
    Element tree = c.get(session_url(c, "tree"));
    for (const Element& f : list_at(tree, "files").list()) {
        std::string path = bytes_at(f, "path");
        if (path == to || path.starts_with(to + "/"))
            throw Error(exit_no, fmt::format("'{}' is there already", path), {},
                        "'cdb rm' removes it");
        if (path != from && !path.starts_with(from + "/"))
            continue;
        edits.push_back({.path = to + path.substr(from.size()), .text = text_in_session(c, path)});
        if (gone)
            edits.push_back({.path = path});
    }
    if (edits.empty())
        throw Error(exit_no, fmt::format("there is no '{}' in the session", from));
    return said(a, c, c.post(session_url(c, "templates"), change_body(edits, {})));
}

int mv(const Args& a) { return copy(a, true); }
int cp(const Args& a) { return copy(a, false); }

int restore(const Args& a) {
    if (a.rest().empty())
        throw Error(exit_usage, "which path?");
    Client c(a);
    std::vector<Edit> edits;
    for (auto& path : a.rest())
        edits.push_back(
            {.path = path,
             .text = c.text("templates/" + path_url(path) +
                            (a.has("at") ? "?at=" + percent_encode(a.get("at")) : "?last=1"))});
    if (c.session().empty())
        open_session(c, "");
    return said(a, c, c.post(session_url(c, "templates"), change_body(edits, {})));
}

}  // namespace

std::vector<Program> session_commands() {
    const Option message{'m', "message", "TEXT", "why"};
    return {
        {.name = "open",
         .usage = "cdb open [-m text]",
         .about = "Open a session.",
         .options = {message},
         .body = open},
        {.name = "close",
         .usage = "cdb close",
         .about = "Close the session and drop its changes.",
         .options = {},
         .body = close},
        {.name = "put",
         .usage = "cdb put path [file]",
         .about = "Put a file (or standard input) into the session.",
         .options = {},
         .body = put},
        {.name = "rm",
         .usage = "cdb rm path...",
         .about = "Remove files in the session.",
         .options = {},
         .body = rm},
        {.name = "mv",
         .usage = "cdb mv from to",
         .about = "Give a file or folder of the session another name.",
         .options = {},
         .body = mv},
        {.name = "cp",
         .usage = "cdb cp from to",
         .about = "Copy a file or folder in the session.",
         .options = {},
         .body = cp},
        {.name = "edit",
         .usage = "cdb edit path",
         .about = "Edit a file of the session with $EDITOR.",
         .options = {},
         .body = edit},
        {.name = "restore",
         .usage = "cdb restore [--at revision] path...",
         .about = "Bring back into the session files that were removed, or as they were.",
         .options = {{0, "at", "REVISION", "as it was then; else as before it was removed"}},
         .body = restore},
        {.name = "rollback",
         .usage = "cdb rollback [path...]",
         .about = "Drop the session's changes of these files, or all.",
         .options = {},
         .body = rollback},
    };
}

}  // namespace weft::cdb
