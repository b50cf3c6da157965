// git rev-list for the commits, git diff-tree for what each changed, git cat-file for the contents.
#include "cdb/git.hh"

#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <set>

#include "base/error.hh"

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
            if (plain(old_mode))
                f.before = old_id;
            if (plain(new_mode))
                f.after = new_id;
            if (!plain(new_mode) && new_mode != "000000")
                odd.insert(f.path);
            if (f.before != f.after)
                all[i].files.push_back(std::move(f));
        }
    }
    skipped.assign(odd.begin(), odd.end());
    return all;
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
