// cdb's commands that change something: sessions, files, commits.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/tree_source.hh"
#include "cdb/workdir.hh"

namespace weft::cdb {

namespace {

std::string json_text(std::string_view s) { return Json().value(s).text(); }

/// A key that makes a commit happen once, however often it is sent.
std::string once() {
    std::random_device random;
    return json_text(fmt::format("{:08x}{:08x}{:08x}", random(), random(), random()));
}

std::string session_url(const Client& c, std::string_view rest = {}) {
    return "sessions/" + url_encode(c.need_session()) + (rest.empty() ? "" : "/" + std::string(rest));
}

int said(const Args& a, const Client& c, const Element& answer) {
    if (!raw(a, c)) fmt::print("{} changes in {}\n", number_at(answer, "changes"), text_at(answer, "session"));
    return exit_ok;
}

void open_session(Client& c, const std::string& comment) {
    c.remember_session(text_at(c.post("sessions", "{\"comment\":" + json_text(comment) + "}"), "session"));
}

int open(const Args& a) {
    Client c(a);
    Element e = c.post("sessions", "{\"comment\":" + json_text(a.get("message")) + "}");
    c.remember_session(text_at(e, "session"));
    if (!raw(a, c)) fmt::print("{} on revision {}\n", text_at(e, "session"), number_at(e, "base"));
    return exit_ok;
}

int close(const Args& a) {
    Client c(a);
    Element e = c.request("DELETE", session_url(c));
    c.remember_session("");
    if (!raw(a, c)) fmt::print("closed {}, its changes are dropped\n", text_at(e, "closed"));
    return exit_ok;
}

int put(const Args& a) {
    if (a.rest().empty() || a.rest().size() > 2) throw Error(exit_usage, "which path?", {}, "cdb put PATH [FILE]; without FILE, standard input");
    Client c(a);
    std::string path = a.rest()[0];
    check_path(path);
    Edit e{.path = path, .text = read_file(a.rest().size() > 1 ? a.rest()[1] : "/dev/stdin")};
    if (c.session().empty()) open_session(c, "");
    return said(a, c, c.post(session_url(c, "templates"), change_body({e}, {})));
}

int rm(const Args& a) {
    if (a.rest().empty()) throw Error(exit_usage, "which path?");
    Client c(a);
    std::vector<Edit> edits;
    for (auto& path : a.rest()) edits.push_back({.path = path});
    return said(a, c, c.post(session_url(c, "templates"), change_body(edits, {})));
}

/// The editor, on the terminal we were started from.
void run_editor(const std::string& file) {
    const char* editor = std::getenv("VISUAL");
    if (!editor || !*editor) editor = std::getenv("EDITOR");
    if (!editor || !*editor) editor = "vi";
    std::vector<std::string> words;
    std::string_view rest = editor;
    while (!rest.empty()) {
        size_t end = std::min(rest.find(' '), rest.size());
        if (end) words.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    words.push_back(file);
    std::vector<char*> argv;
    for (auto& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    pid_t pid = fork();
    if (pid < 0) throw system_error("cannot start '" + words[0] + "'", exit_unavailable);
    if (pid == 0) {
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) throw Error(exit_unavailable, fmt::format("'{}' failed; nothing was changed", words[0]));
}

int edit(const Args& a) {
    std::string path = one_word(a, "path");
    check_path(path);
    Client c(a);
    if (c.session().empty()) open_session(c, "");
    std::string before;
    try {
        before = c.text(session_url(c, "templates/" + path_url(path)));
    } catch (const Error& e) {
        if (e.status != exit_no) throw;  // not there yet: a new file
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
    return said(a, c, c.post(session_url(c, "templates"), change_body({{.path = path, .text = after}}, {})));
}

int rollback(const Args& a) {
    Client c(a);
    Json j;
    j.open().field("paths", a.rest()).close();
    return said(a, c, c.post(session_url(c, "rollback"), j.take()));
}

// ---- folders

/// What the command line says, else what the folder remembers.
WorkdirOptions workdir_options(const Args& a, const std::optional<WorkdirState>& known) {
    WorkdirState s = known.value_or(WorkdirState{});
    WorkdirOptions o{.prefix = a.has("at") ? tree_path(a.get("at")) : s.prefix, .exclude = a.has("exclude") ? a.all("exclude") : s.exclude,
                     .all = a.has("all") || s.all};
    std::vector<std::string> dirs = a.all("include");
    if (a.has("include-path")) {
        std::string text = read_file(a.get("include-path"), 1 << 20);
        for (std::string_view line : lines(text))
            if (line.find_first_not_of(" \t\r") != std::string_view::npos && line[0] != '#') dirs.emplace_back(line);
    }
    if (!dirs.empty()) o.load_path = load_path_text(dirs, o.prefix);
    return o;
}

Tree tree_of(Client& c, const std::string& resource, uint64_t* revision) {
    Element e = c.get(resource);
    *revision = uint64_t(number_at(e, "revision"));
    Tree tree;
    for (const Element& f : list_at(e, "files").list()) tree[text_at(f, "path")] = from_hex(text_at(f, "hash"));
    return tree;
}

int import(const Args& a) {
    std::string dir = one_word(a, "folder");
    Client c(a);
    WorkdirOptions o = workdir_options(a, workdir_state(dir));
    auto files = read_workdir(dir, o);
    if (c.session().empty()) open_session(c, a.get("message", "import of " + dir));
    uint64_t revision = 0;
    Tree tree = tree_of(c, session_url(c, "tree"), &revision);
    auto edits = differences(files, tree, o, a.has("keep"));
    Element answer = c.post(session_url(c, "templates"), change_body(edits, {}));
    if (!raw(a, c)) fmt::print("{} files read, {} differ; {} changes in {}\n", files.size(), edits.size(), number_at(answer, "changes"), text_at(answer, "session"));
    return exit_ok;
}

/// The changes a folder makes, as a request; the base is what the folder was last in step with.
std::string folder_body(Client& c, const Args& a, const std::string& dir, bool commit) {
    auto known = workdir_state(dir);
    WorkdirOptions o = workdir_options(a, known);
    auto files = read_workdir(dir, o);
    uint64_t base = 0;
    Tree tree = tree_of(c, known ? fmt::format("tree?at={}", known->revision) : "tree", &base);
    auto edits = differences(files, tree, o, a.has("keep"));
    std::vector<std::pair<std::string, std::string>> more{{"base", std::to_string(base)}, {"comment", json_text(a.get("message"))}};
    if (commit) more.emplace_back("once", once());
    return change_body(edits, more);
}

/// Take over what others changed since: files the folder has as they were at its revision become those of the
/// newest. One that differs here too is left alone with `mine`, and otherwise refuses the whole.
void update_folder(Client& c, const std::string& dir, const WorkdirOptions& o, std::optional<uint64_t> from, bool mine) {
    uint64_t base = 0, head = 0;
    Tree before = from ? tree_of(c, fmt::format("tree?at={}", *from), &base) : Tree{}, after = tree_of(c, "tree", &head);
    std::map<std::string, Hash> here;
    for (auto& [path, text] : read_workdir(dir, o)) here[path] = hash_of(text);
    auto in = [](const auto& tree, const std::string& path) {
        auto it = tree.find(path);
        return it == tree.end() ? Hash() : it->second;
    };
    std::set<std::string> paths;
    for (const Tree* tree : {&before, &after})
        for (auto& [path, hash] : *tree)
            if (counts(path, o) && in(before, path) != in(after, path)) paths.insert(path);
    std::vector<std::string> take, both;
    for (auto& path : paths) {
        Hash local = in(here, path);
        if (local == in(after, path)) continue;
        (local == in(before, path) ? take : both).push_back(path);
    }
    if (!both.empty() && !mine) {
        for (auto& path : both) fmt::print(stderr, "conflict: '{}' was changed here and in the database\n", path);
        throw Error(exit_no, fmt::format("{} file{} changed on both sides; nothing was touched", both.size(), both.size() == 1 ? " was" : "s were"), {},
                    "'cdb get PATH' prints theirs; put yours right, then 'cdb update --mine' keeps it");
    }
    for (auto& path : take) {
        std::string file = dir + "/" + path.substr(o.prefix.empty() ? 0 : o.prefix.size() + 1);
        if (in(after, path).empty()) {
            ::unlink(file.c_str());
        } else {
            make_dirs(file.substr(0, file.rfind('/')));
            write_file(file, c.text(fmt::format("templates/{}?at={}", path_url(path), head)), {.sync = false});
        }
        fmt::print("{} {}\n", in(after, path).empty() ? "removed" : "updated", path);
    }
    set_workdir_state(dir, {.revision = head, .prefix = o.prefix, .exclude = o.exclude, .all = o.all});
}

int update(const Args& a) {
    std::string dir = one_word(a, "folder");
    Client c(a);
    auto known = workdir_state(dir);
    if (!known) throw Error(exit_usage, fmt::format("'{}' was never committed", dir), {}, "'cdb export' makes a folder from the database");
    update_folder(c, dir, workdir_options(a, known), known->revision, a.has("mine"));
    return exit_ok;
}

/// The folder after its commit: with what others committed in between.
void in_step(Client& c, const Args& a, const std::string& dir, const Element& answer) {
    std::string state = text_at(answer, "state");
    if (state != "done" && state != "repeated" && state != "unchanged") return;
    auto known = workdir_state(dir);
    WorkdirOptions o = workdir_options(a, known);
    auto revision = uint64_t(number_at(answer, "revision"));
    bool others = known && (state == "done" ? known->revision + 1 < revision : known->revision < revision);
    if (others) update_folder(c, dir, o, known->revision, true);
    else set_workdir_state(dir, {.revision = revision, .prefix = o.prefix, .exclude = o.exclude, .all = o.all});
}

int check(const Args& a) {
    Client c(a);
    Element answer = a.rest().empty() ? c.judged(session_url(c, "check"), "{}") : c.judged("check", folder_body(c, a, one_word(a, "folder"), false));
    if (!a.has("json")) return print_outcome(answer, true);
    raw(a, c);
    std::string state = text_at(answer, "state");
    return state == "refused" ? exit_data : state == "done" ? exit_ok : exit_no;
}

int judge(const Args& a, Client& c, const Element& answer) {
    std::string state = text_at(answer, "state");
    if (!raw(a, c)) return print_outcome(answer, false);
    return state == "refused" ? exit_data : state == "done" || state == "repeated" ? exit_ok : exit_no;
}

int commit(const Args& a) {
    Client c(a);
    if (!a.rest().empty()) {
        std::string dir = one_word(a, "folder");
        if (!a.has("message")) throw Error(exit_usage, "a commit needs a comment", {}, "cdb commit -m 'why' FOLDER");
        Element answer = c.judged("commit", folder_body(c, a, dir, true));
        int status = judge(a, c, answer);
        in_step(c, a, dir, answer);
        return status;
    }
    Json j;
    j.open();
    if (a.has("message")) j.field("comment", a.get("message"));
    j.key("once").raw(once()).close();
    Element answer = c.judged(session_url(c, "commit"), j.take());
    std::string state = text_at(answer, "state");
    if (state == "done" || state == "repeated") c.remember_session("");
    return judge(a, c, answer);
}

int revert(const Args& a) {
    Client c(a);
    std::string number = one_word(a, "revision");
    if (number.find_first_not_of("0123456789") != std::string::npos) throw Error(exit_usage, fmt::format("'{}' is no revision", number));
    std::string body = "{\"revision\":" + number + ",\"once\":" + once();
    if (a.has("message")) body += ",\"comment\":" + json_text(a.get("message"));
    return judge(a, c, c.judged("revert", body + "}"));
}

const std::vector<Option> folder_options = {
    {'I', "include", "DIR", "a folder templates are looked for in, below the root; several in their order"},
    {0, "include-path", "FILE", "a file with such folders, one a line"},
    {0, "at", "DIR", "the folder of the database that the given one stands for"},
    {'x', "exclude", "PATTERN", "leave out paths that match"},
    {'a', "all", nullptr, "every file, not only .pan and .tpl"},
    {'k', "keep", nullptr, "remove nothing from the database"},
};

std::vector<Option> with(std::vector<Option> a, const std::vector<Option>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

std::vector<Program> change_commands() {
    const Option message{'m', "message", "TEXT", "why"};
    return {
        {.name = "open", .usage = "cdb open [-m text]", .about = "Open a session.", .options = {message}, .body = open},
        {.name = "close", .usage = "cdb close", .about = "Close the session and drop its changes.", .options = {}, .body = close},
        {.name = "put", .usage = "cdb put path [file]", .about = "Put a file (or standard input) into the session.", .options = {}, .body = put},
        {.name = "rm", .usage = "cdb rm path...", .about = "Remove files in the session.", .options = {}, .body = rm},
        {.name = "edit", .usage = "cdb edit path", .about = "Edit a file of the session with $EDITOR.", .options = {}, .body = edit},
        {.name = "rollback", .usage = "cdb rollback [path...]", .about = "Drop the session's changes of these files, or all.", .options = {}, .body = rollback},
        {.name = "import", .usage = "cdb import [-ak] [-I dir]... [--include-path file] [--at dir] [-x pattern]... folder",
         .about = "Make the session's files those of a folder.", .options = with({message}, folder_options), .body = import},
        {.name = "check", .usage = "cdb check [folder]", .about = "Show what committing the session, or a folder, would do on every node.",
         .options = with({message}, folder_options), .body = check},
        {.name = "commit", .usage = "cdb commit [-m text] [folder]", .about = "Commit the session, or a folder in one go.",
         .options = with({message}, folder_options), .body = commit},
        {.name = "update", .usage = "cdb update [--mine] folder", .about = "Take over into a folder what others committed since.",
         .options = {{0, "mine", nullptr, "keep the folder's own where both changed a file"}}, .body = update},
        {.name = "revert", .usage = "cdb revert [-m text] revision", .about = "Undo a revision by a new one.", .options = {message}, .body = revert},
    };
}

}  // namespace weft::cdb
