// cdb's commands for git: take a repository over, give the database out as one, let a push be a
// commit.
#include <fmt/core.h>
#include <unistd.h>

#include <iostream>
#include <map>
#include <set>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/file.hh"
#include "base/url.hh"
#include "cdb/client.hh"
#include "cdb/git.hh"
#include "cdb/json.hh"
#include "cdb/tree_source.hh"
#include "cdb/workdir.hh"

namespace weft::cdb {

namespace {

/// git's names of contents as the database's; those the server has not are sent to it.
class Contents {
public:
    Contents(Client& c, const GitRepository& git) : client_(c), git_(git) {}

    void learn(const std::vector<GitCommit>& commits) {
        std::set<std::string> need, send;
        for (auto& c : commits)
            for (auto& f : c.files)
                for (auto* id : {&f.before, &f.after})
                    if (!id->empty()) {
                        need.insert(*id);
                        id == &f.after ? void(send.insert(*id)) : void();
                    }
        std::vector<std::string> ids(need.begin(), need.end());
        for (size_t at = 0; at < ids.size(); at += 200) {
            std::vector<std::string> some(ids.begin() + long(at),
                                          ids.begin() + long(std::min(at + 200, ids.size())));
            auto texts = git_.contents(some);
            std::map<std::string, std::string> ours;  // hash -> text, of those to be sent
            for (size_t i = 0; i < some.size(); i++) {
                std::string hash = to_hex(hash_of(texts[i]));
                hashes_[some[i]] = hash;
                if (send.contains(some[i]))
                    ours[hash] = std::move(texts[i]);
            }
            upload(ours);
        }
    }
    const std::string& hash(const std::string& id) const { return hashes_.at(id); }

private:
    void upload(const std::map<std::string, std::string>& texts) {
        std::vector<std::string> names;
        for (auto& [hash, text] : texts)
            names.push_back(hash);
        Json ask;
        ask.open().field("hashes", names).close();
        Element answer = client_.post("contents/missing", ask.take());
        Json j;
        size_t bytes = 0;
        auto flush = [&] {
            if (bytes)
                client_.post("contents", j.close(']').close().take());
            bytes = 0;
        };
        for (const Element& h : list_at(answer, "missing").list()) {
            const std::string& text = texts.at(std::string(h.string()));
            if (bytes > (4u << 20))
                flush();
            if (!bytes) {
                j = Json();
                j.open().key("contents").open('[');
            }
            j.value(base64_encode(text, 0));
            bytes += text.size() + 1;
        }
        flush();
    }
    Client& client_;
    const GitRepository& git_;
    std::map<std::string, std::string> hashes_;
};

struct Extra {
    std::string path, text;
};

std::string history_body(const std::vector<GitCommit>& commits, const Contents& contents,
                         const std::string& once, bool check, const std::optional<Extra>& extra) {
    Json j;
    j.open().field("once", once).field("check", check).key("commits").open('[');
    for (auto& c : commits) {
        j.open()
            .field("author", c.author)
            .field("time", c.time)
            .field("comment", c.comment)
            .field("origin", "git " + c.id);
        j.key("changes").open('[');
        for (auto& f : c.files) {
            j.open().field("path", f.path);
            if (!f.before.empty())
                j.field("before", contents.hash(f.before));
            if (f.after.empty())
                j.field("delete", true);
            else
                j.field("hash", contents.hash(f.after));
            j.close();
        }
        if (extra && &c == &commits.back())
            j.open().field("path", extra->path).field("hash", to_hex(hash_of(extra->text))).close();
        j.close(']').close();
    }
    return j.close(']').close().take();
}

/// Send what leads from one commit to another. The exit status of its outcome.
int send(const Args& a, Client& c, const GitRepository& git, const std::string& from,
         const std::string& to, const std::optional<Extra>& extra) {
    std::vector<std::string> skipped;
    auto commits = git.commits(from, to, skipped);
    for (auto& line : skipped)
        fmt::print(stderr, "cdb: warning: {}\n", line);
    if (commits.empty()) {
        fmt::print("nothing to commit: the database has all of it\n");
        return exit_no;
    }
    for (auto& commit : commits)
        for (auto& f : commit.files)
            check_path(f.path);
    Contents contents(c, git);
    contents.learn(commits);
    if (extra)
        c.post("contents", "{\"contents\":[" + json_text(base64_encode(extra->text, 0)) + "]}");
    Element answer =
        c.judged("history", history_body(commits, contents, "git " + to, a.noaction(), extra));
    if (raw(a, c))
        return list_at(answer, "failing").size() || list_at(answer, "conflicts").size() ? exit_data
                                                                                        : exit_ok;
    int status = print_outcome(answer, a.noaction());
    if (status == exit_ok && !a.noaction() && commits.size() > 1)
        fmt::print("{} commits came with it\n", commits.size() - 1);
    return status;
}

/// The newest commit of the repository that the database was made from.
std::string known_commit(Client& c, const GitRepository& git, const std::string& tip) {
    for (uint64_t before = 0;;) {
        Element e = c.get(
            fmt::format("revisions?limit=500{}", before ? fmt::format("&before={}", before) : ""));
        auto& list = list_at(e, "revisions").list();
        for (const Element& r : list) {
            before = uint64_t(number_at(r, "revision"));
            std::string origin = bytes_at(r, "origin");
            if (!origin.starts_with("git "))
                continue;
            if (git.is_ancestor(origin.substr(4), tip))
                return origin.substr(4);
        }
        if (list.size() < 500)
            return {};
    }
}

int git_import(const Args& a) {
    std::string dir = one_word(a, "repository");
    Client c(a);
    GitRepository git(dir);
    std::string tip = git.commit(a.get("branch", "HEAD")), from = known_commit(c, git, tip);
    if (from.empty() && number_at(c.get("revisions?limit=1"), "head"))
        throw Error(exit_no, fmt::format("the database holds something else than '{}'", dir), {},
                    "a repository is taken over into an empty database");
    std::optional<Extra> extra;
    if (auto dirs = load_path_dirs(a); !dirs.empty())
        extra = {std::string(load_path_file), load_path_text(dirs, "")};
    return send(a, c, git, from, tip, extra);
}

int git_export(const Args& a) {
    Client c(a);
    uint64_t from = uint64_t(a.number("since", 0)),
             head = uint64_t(number_at(c.get("revisions?limit=1"), "head"));
    std::string branch = a.get("branch", "main"), more;
    fmt::print("feature done\n");
    do {
        fmt::print("{}", c.text(fmt::format("export/git?from={}&branch={}{}", from,
                                            percent_encode(branch), more)));
        more = "&more=1";
        from = c.revision();
    } while (from < head);
    return exit_ok;
}

/// git's pre-receive: a line for each branch that is pushed. Refusing one refuses the push.
int git_hook(const Args& a) {
    if (!a.rest().empty())
        throw Error(exit_usage, "a hook takes no arguments");
    GitRepository git("");
    std::string branch = "refs/heads/" + a.get("branch", "main");
    for (std::string line; std::getline(std::cin, line);) {
        std::string from = line.substr(0, line.find(' ')),
                    to = line.substr(std::min(line.size(), from.size() + 1));
        std::string ref = to.substr(std::min(to.size(), to.find(' ') + 1));
        to = to.substr(0, to.find(' '));
        if (ref != branch)
            continue;
        auto nothing = [](const std::string& id) {
            return id.find_first_not_of('0') == std::string::npos;
        };
        if (nothing(to))
            throw Error(exit_data,
                        fmt::format("'{}' cannot be deleted: it is what the database holds", ref));
        if (nothing(from))
            from.clear();
        if (!from.empty() && !git.is_ancestor(from, to))
            throw Error(
                exit_data,
                fmt::format("'{}' does not follow what is there: the database keeps its history",
                            ref),
                {}, "git pull --rebase, then push again; 'git revert' undoes a commit");
        Client c(a);
        // What it prints is for the pusher's eyes: git shows both streams to him.
        int status = send(a, c, git, from, to, std::nullopt);
        if (status != exit_ok && status != exit_no)
            return status;
    }
    return exit_ok;
}

}  // namespace

std::vector<Program> git_commands() {
    const Option branch{'b', "branch", "NAME", "the branch; main if not given"};
    return {
        {.name = "git-import",
         .usage = "cdb git-import [-n] [-b branch] [-I dir]... [--include-path file] repository",
         .about = "Take a git repository over with its history, or what is new in it.",
         .options = {{'b', "branch", "NAME", "the branch; the one checked out if not given"},
                     {'n', "noaction", nullptr, "only show what it would do"},
                     {'I', "include", "DIR",
                      "a folder templates are looked for in; several in their order"},
                     {0, "include-path", "FILE", "a file with such folders, one a line"}},
         .body = git_import},
        {.name = "git-export",
         .usage = "cdb git-export [-b branch] [--since revision]",
         .about = "Write the history for git fast-import.",
         .options = {branch, {0, "since", "REVISION", "only what came after it"}},
         .body = git_export},
        {.name = "git-hook",
         .usage = "cdb git-hook [-b branch]",
         .about = "Be the pre-receive hook of a repository: a push is a commit, or refused.",
         .options = {branch},
         .body = git_hook},
    };
}

}  // namespace weft::cdb
