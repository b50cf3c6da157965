// cdb's commands that commit: folders, the session, reverts.
#include <fmt/core.h>
#include <unistd.h>

#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "cdb/client.hh"
#include "cdb/json.hh"
#include "cdb/tree_source.hh"
#include "cdb/workdir.hh"

namespace weft::cdb {

namespace {

std::string once() { return json_text(random_key()); }

// ---- folders

/// What the command line says, else what the folder remembers.
WorkdirOptions workdir_options(const Args& a, const std::optional<WorkdirState>& known) {
    WorkdirState s = known.value_or(WorkdirState{});
    WorkdirOptions o{.prefix = a.has("at") ? tree_path(a.get("at")) : s.prefix,
                     .exclude = a.has("exclude") ? a.all("exclude") : s.exclude,
                     .all = a.has("all") || s.all};
    auto dirs = load_path_dirs(a);
    if (!dirs.empty())
        o.load_path = load_path_text(dirs, o.prefix);
    return o;
}

Tree tree_of(Client& c, const std::string& resource, uint64_t* revision) {
    Element e = c.get(resource);
    *revision = uint64_t(number_at(e, "revision"));
    Tree tree;
    for (const Element& f : list_at(e, "files").list())
        tree[bytes_at(f, "path")] = from_hex(text_at(f, "hash"));
    return tree;
}

/// The tree that a folder was last in step with.
Tree tree_of_folder(Client& c, const std::string& dir, uint64_t revision, uint64_t* base) {
    try {
        return tree_of(c, fmt::format("tree?at={}", revision), base);
    } catch (Error& e) {
        if (e.status == exit_data)
            e.hint = fmt::format(
                "'{}/.cdb-folder' says that the folder was last in step with revision {}: of "
                "another server? 'cdb export' makes a folder of this one",
                dir, revision);
        throw;
    }
}

/// What a folder holds; links that are not followed are told: without what is behind them an
/// if_exists loses configuration in silence.
std::map<std::string, std::string> files_in(const std::string& dir, const WorkdirOptions& o) {
    std::vector<std::string> left_out;
    auto files = read_workdir(dir, o, &left_out);
    for (auto& line : left_out)
        fmt::print(stderr, "cdb: warning: {}\n", line);
    return files;
}

int import(const Args& a) {
    std::string dir = one_word(a, "folder");
    Client c(a);
    WorkdirOptions o = workdir_options(a, workdir_state(dir));
    auto files = files_in(dir, o);
    if (c.session().empty())
        open_session(c, a.get("message", "import of " + dir));
    uint64_t revision = 0;
    Tree tree = tree_of(c, session_url(c, "tree"), &revision);
    auto edits = differences(files, tree, o, a.has("keep"));
    Element answer = c.post(session_url(c, "templates"), change_body(edits, {}));
    if (!raw(a, c))
        fmt::print("{} files read, {} differ; {} changes in {}\n", files.size(), edits.size(),
                   number_at(answer, "changes"), text_at(answer, "session"));
    return exit_ok;
}

/// The changes a folder makes, as a request; the base is what the folder was last in step with.
std::string folder_body(Client& c, const Args& a, const std::string& dir, bool commit) {
    auto known = workdir_state(dir);
    WorkdirOptions o = workdir_options(a, known);
    auto files = files_in(dir, o);
    uint64_t base = 0;
    Tree tree = known ? tree_of_folder(c, dir, known->revision, &base) : tree_of(c, "tree", &base);
    auto edits = differences(files, tree, o, a.has("keep"));
    std::vector<std::pair<std::string, std::string>> more{{"base", std::to_string(base)},
                                                          {"comment", json_text(a.get("message"))}};
    if (commit)
        more.emplace_back("once", once());
    return change_body(edits, more);
}

/// Take over what others changed since: files the folder has as they were at its revision become
/// those of the newest. One that differs here too is left alone with `mine`, and otherwise refuses
/// the whole.
void update_folder(Client& c, const std::string& dir, const WorkdirOptions& o,
                   std::optional<uint64_t> from, bool mine) {
    uint64_t base = 0, head = 0;
    Tree before = from ? tree_of_folder(c, dir, *from, &base) : Tree{},
         after = tree_of(c, "tree", &head);
    std::map<std::string, Hash> here;
    for (auto& [path, text] : read_workdir(dir, o))
        here[path] = hash_of(text);
    auto in = [](const auto& tree, const std::string& path) {
        auto it = tree.find(path);
        return it == tree.end() ? Hash() : it->second;
    };
    std::set<std::string> paths;
    for (const Tree* tree : {&before, &after})
        for (auto& [path, hash] : *tree)
            if (counts(path, o) && in(before, path) != in(after, path))
                paths.insert(path);
    std::vector<std::string> take, both;
    for (auto& path : paths) {
        Hash local = in(here, path);
        if (local == in(after, path))
            continue;
        (local == in(before, path) ? take : both).push_back(path);
    }
    if (!both.empty() && !mine) {
        for (auto& path : both)
            fmt::print(stderr, "conflict: '{}' was changed here and in the database\n", path);
        throw Error(
            exit_no,
            fmt::format("{} file{} changed on both sides; nothing was touched", both.size(),
                        both.size() == 1 ? " was" : "s were"),
            {}, "'cdb get PATH' prints theirs; put yours right, then 'cdb update --mine' keeps it");
    }
    for (auto& path : take) {
        std::string file = dir + "/" + path.substr(o.prefix.empty() ? 0 : o.prefix.size() + 1);
        if (in(after, path).empty()) {
            ::unlink(file.c_str());
        } else {
            make_dirs(file.substr(0, file.rfind('/')));
            write_file(file, c.text(fmt::format("templates/{}?at={}", path_url(path), head)),
                       {.sync = false});
        }
        fmt::print("{} {}\n", in(after, path).empty() ? "removed" : "updated", path);
    }
    set_workdir_state(dir,
                      {.revision = head, .prefix = o.prefix, .exclude = o.exclude, .all = o.all});
}

int update(const Args& a) {
    std::string dir = one_word(a, "folder");
    Client c(a);
    auto known = workdir_state(dir);
    if (!known)
        throw Error(exit_usage, fmt::format("'{}' was never committed", dir), {},
                    "'cdb export' makes a folder from the database");
    update_folder(c, dir, workdir_options(a, known), known->revision, a.has("mine"));
    return exit_ok;
}

/// The folder after its commit: with what others committed in between.
void in_step(Client& c, const Args& a, const std::string& dir, const Element& answer) {
    std::string state = text_at(answer, "state");
    if (state != "done" && state != "repeated" && state != "unchanged")
        return;
    auto known = workdir_state(dir);
    WorkdirOptions o = workdir_options(a, known);
    auto revision = uint64_t(number_at(answer, "revision"));
    bool others =
        known && (state == "done" ? known->revision + 1 < revision : known->revision < revision);
    if (others)
        update_folder(c, dir, o, known->revision, true);
    else
        set_workdir_state(
            dir, {.revision = revision, .prefix = o.prefix, .exclude = o.exclude, .all = o.all});
}

int check(const Args& a) {
    Client c(a);
    Element answer = a.rest().empty()
                         ? c.judged(session_url(c, "check"), "{}")
                         : c.judged("check", folder_body(c, a, one_word(a, "folder"), false));
    if (!a.has("json"))
        return print_outcome(answer, true);
    raw(a, c);
    std::string state = text_at(answer, "state");
    return state == "refused" ? exit_data : state == "done" ? exit_ok : exit_no;
}

int judge(const Args& a, Client& c, const Element& answer) {
    std::string state = text_at(answer, "state");
    if (!raw(a, c))
        return print_outcome(answer, false);
    return state == "refused"                       ? exit_data
           : state == "done" || state == "repeated" ? exit_ok
                                                    : exit_no;
}

int commit(const Args& a) {
    Client c(a);
    if (!a.rest().empty()) {
        std::string dir = one_word(a, "folder");
        if (!a.has("message"))
            throw Error(exit_usage, "a commit needs a comment", {}, "cdb commit -m 'why' FOLDER");
        Element answer = c.judged("commit", folder_body(c, a, dir, true));
        int status = judge(a, c, answer);
        in_step(c, a, dir, answer);
        return status;
    }
    Json j;
    j.open();
    if (a.has("message"))
        j.field("comment", a.get("message"));
    j.key("once").raw(once()).close();
    Element answer = c.judged(session_url(c, "commit"), j.take());
    std::string state = text_at(answer, "state");
    if (state == "done" || state == "repeated")
        c.remember_session("");
    return judge(a, c, answer);
}

int revert(const Args& a) {
    if (a.rest().empty())
        throw Error(exit_usage, "which revision?", {}, "'cdb log' lists them");
    Client c(a);
    Json j;
    j.open().field("revision", a.rest()[0]).key("once").raw(once());
    if (a.has("message"))
        j.field("comment", a.get("message"));
    j.field("paths", std::vector<std::string>(a.rest().begin() + 1, a.rest().end())).close();
    return judge(a, c, c.judged("revert", j.take()));
}

const std::vector<Option> folder_options = {
    {'I', "include", "DIR",
     "a folder templates are looked for in, below the root; several in their order"},
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
        {.name = "import",
         .usage =
             "cdb import [-ak] [-I dir]... [--include-path file] [--at dir] [-x pattern]... folder",
         .about = "Make the session's files those of a folder.",
         .options = with({message}, folder_options),
         .body = import},
        {.name = "check",
         .usage = "cdb check [folder]",
         .about = "Show what committing the session, or a folder, would do on every node.",
         .options = with({message}, folder_options),
         .body = check},
        {.name = "commit",
         .usage = "cdb commit [-m text] [folder]",
         .about = "Commit the session, or a folder in one go.",
         .options = with({message}, folder_options),
         .body = commit},
        {.name = "update",
         .usage = "cdb update [--mine] folder",
         .about = "Take over into a folder what others committed since.",
         .options = {{0, "mine", nullptr, "keep the folder's own where both changed a file"}},
         .body = update},
        {.name = "revert",
         .usage = "cdb revert [-m text] revision [path...]",
         .about = "Undo a revision, or what it did to these files, by a new one.",
         .options = {message},
         .body = revert},
    };
}

}  // namespace weft::cdb
