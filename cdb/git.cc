// git rev-list for the commits, git diff-tree for what each changed, git cat-file for the contents.
#include "cdb/git.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

#include "base/error.hh"
#include "cdb/links.hh"

namespace weft::cdb {

static constexpr size_t most = size_t(1) << 30;

ProcessResult GitRepository::run(const std::vector<std::string>& words, std::string input) const {
    std::vector<std::string> argv{"git"};
    if (!dir_.empty())
        argv.insert(argv.end(), {"-C", dir_});
    argv.insert(argv.end(), words.begin(), words.end());
    return run_process(argv, {.input = std::move(input),
                              .timeout = 3600,
                              .output_limit = most,
                              .env = {{"LC_ALL", "C"}}});
}

std::string GitRepository::git(const std::vector<std::string>& words, std::string input) const {
    ProcessResult r = run(words, std::move(input));
    if (!r.ok()) {
        std::string said = r.err.substr(0, r.err.find('\n'));
        throw Error(exit_data,
                    fmt::format("git {}: {}", words[0],
                                said.empty() ? fmt::format("status {}", r.status) : said));
    }
    if (r.truncated)
        throw Error(exit_data, fmt::format("git {}: more than {} bytes", words[0], most));
    return std::move(r.out);
}

std::string GitRepository::commit(const std::string& name) const {
    std::string id = git({"rev-parse", "--verify", "--end-of-options", name + "^{commit}"});
    while (id.ends_with('\n'))
        id.pop_back();
    return id;
}

bool GitRepository::is_ancestor(const std::string& older, const std::string& newer) const {
    return run({"merge-base", "--is-ancestor", older, newer}, {}).ok();
}

/// The text up to `end`, which is taken away with it.
static std::string_view take(std::string_view& rest, std::string_view end) {
    size_t at = rest.find(end);
    if (at == std::string_view::npos)
        throw Error(exit_data, "git said something else than expected");
    std::string_view word = rest.substr(0, at);
    rest.remove_prefix(at + end.size());
    return word;
}

static constexpr std::string_view link_mode = "120000";

std::vector<GitCommit> GitRepository::commits(const std::string& from, const std::string& to,
                                              std::vector<std::string>& skipped) const {
    std::vector<std::string> words{"rev-list", "--first-parent", "--reverse",
                                   "--format=%T%n%an <%ae>%n%ct%n%B%x00", to};
    if (!from.empty())
        words.push_back("^" + from);
    std::string text = git(words);
    std::vector<GitCommit> all;
    std::string tree = from.empty() ? git({"hash-object", "-t", "tree", "/dev/null"})
                                    : git({"rev-parse", from + "^{tree}"}),
                pairs;
    while (tree.ends_with('\n'))
        tree.pop_back();
    const std::string first_tree = tree;
    for (std::string_view rest = text; !rest.empty();) {
        GitCommit c;
        c.id = take(rest, "\n").substr(strlen("commit "));
        std::string next(take(rest, "\n"));
        c.author = take(rest, "\n");
        std::string_view seconds = take(rest, "\n");
        std::from_chars(seconds.data(), seconds.data() + seconds.size(), c.time);
        c.comment = take(rest, std::string_view("\0\n", 2));
        while (c.comment.ends_with('\n'))
            c.comment.pop_back();
        pairs += tree + " " + next + "\n";
        tree = std::move(next);
        all.push_back(std::move(c));
    }
    // For each pair of trees a line with both, then ":mode mode id id letter NUL path NUL" for what
    // differs.
    std::string changes =
        git({"diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", "--no-abbrev"}, pairs);
    std::string_view rest = changes;
    std::set<std::string> odd;
    bool links = false;
    for (size_t i = 0; i < all.size(); i++) {
        take(rest, "\n");
        while (rest.starts_with(':')) {
            std::string_view head = take(rest, std::string_view("\0", 1)).substr(1);
            GitFile f{.path = std::string(take(rest, std::string_view("\0", 1)))};
            std::string_view old_mode = take(head, " "), new_mode = take(head, " "),
                             old_id = take(head, " "), new_id = take(head, " ");
            auto plain = [](std::string_view mode) {
                return mode.starts_with("100");
            };
            links = links || old_mode == link_mode || new_mode == link_mode;
            if (plain(old_mode))
                f.before = old_id;
            if (plain(new_mode))
                f.after = new_id;
            if (new_mode == "160000")
                odd.insert(fmt::format("'{}' is left out: a submodule", f.path));
            if (f.before != f.after)
                all[i].files.push_back(std::move(f));
        }
    }
    if (links || (!all.empty() && has_links(first_tree)))
        follow(all, first_tree, odd);
    skipped.assign(odd.begin(), odd.end());
    return all;
}

/// `git ls-tree` of all below a tree.
struct TreeLine {
    std::string_view mode, id, path;
};
static std::vector<TreeLine> tree_lines(std::string_view text) {
    std::vector<TreeLine> lines;
    while (!text.empty()) {
        TreeLine l;
        l.mode = take(text, " ");
        take(text, " ");
        l.id = take(text, "\t");
        l.path = take(text, std::string_view("\0", 1));
        lines.push_back(l);
    }
    return lines;
}

bool GitRepository::has_links(const std::string& tree) const {
    std::string text = git({"ls-tree", "-r", "-z", tree});
    auto lines = tree_lines(text);
    return std::any_of(lines.begin(), lines.end(), [](auto& l) { return l.mode == link_mode; });
}

/// The files of a tree as a folder with it checked out has them: what links lead to as well.
std::map<std::string, std::string> GitRepository::files(const std::string& tree,
                                                        std::set<std::string>& odd) const {
    std::string text = git({"ls-tree", "-r", "-z", tree});
    std::map<std::string, std::string> found, links;
    std::vector<std::string> names, ids;
    for (auto& l : tree_lines(text)) {
        if (l.mode.starts_with("100"))
            found.emplace(l.path, l.id);
        if (l.mode == link_mode) {
            names.emplace_back(l.path);
            ids.emplace_back(l.id);
        }
    }
    auto targets = contents(ids);
    for (size_t i = 0; i < names.size(); i++)
        links.emplace(names[i], targets[i]);
    for (auto& line : follow_links(found, std::move(links)))
        odd.insert(line);
    return found;
}

/// With links, what a commit changes shows in other places too: compare the trees as they are seen.
void GitRepository::follow(std::vector<GitCommit>& all, const std::string& first_tree,
                           std::set<std::string>& odd) const {
    std::set<std::string> earlier;  // of the last commit it is told what is left out
    auto before = files(first_tree, earlier);
    for (GitCommit& c : all) {
        auto after = files(c.id + "^{tree}", &c == &all.back() ? odd : earlier);
        c.files.clear();
        for (auto& [path, id] : before)
            if (!after.contains(path))
                c.files.push_back({.path = path, .before = id, .after = {}});
        for (auto& [path, id] : after) {
            auto it = before.find(path);
            std::string was = it == before.end() ? "" : it->second;
            if (was != id)
                c.files.push_back({.path = path, .before = was, .after = id});
        }
        std::sort(c.files.begin(), c.files.end(), [](auto& a, auto& b) { return a.path < b.path; });
        before = std::move(after);
    }
}

std::vector<std::string> GitRepository::contents(const std::vector<std::string>& ids) const {
    std::vector<std::string> out;
    std::string asked;
    for (auto& id : ids)
        asked += id + "\n";
    if (ids.empty())
        return out;
    std::string all = git({"cat-file", "--batch"}, asked);
    std::string_view rest = all;
    for (auto& id : ids) {
        std::string_view head = take(rest, "\n");
        size_t size = 0;
        size_t at = head.rfind(' ');
        auto [end, ec] = std::from_chars(head.data() + at + 1, head.data() + head.size(), size);
        if (ec != std::errc() || end != head.data() + head.size() || rest.size() < size + 1)
            throw Error(exit_data, fmt::format("git has no content '{}'", id));
        out.emplace_back(rest.substr(0, size));
        rest.remove_prefix(size + 1);
    }
    return out;
}

}  // namespace weft::cdb
