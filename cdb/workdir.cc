// Reading a folder, comparing it with a tree.
#include "cdb/workdir.hh"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

#include "base/base64.hh"
#include "base/config.hh"
#include "base/error.hh"
#include "base/file.hh"
#include "cdb/json.hh"
#include "cdb/links.hh"
#include "cdb/tree_source.hh"
#include "compiler/reuse/load_path.hh"

namespace weft::cdb {

namespace fs = std::filesystem;

static constexpr const char* state_file = "/.cdb-folder";

static bool looked_at(std::string_view below, const WorkdirOptions& o) {
    bool path_file = compiler::says_load_path(below);
    if (!o.all && !is_template(below) && !path_file)
        return false;
    for (size_t at = 0; at < below.size(); at = std::min(below.find('/', at), below.size() - 1) + 1)
        if (below[at] == '.' && !(path_file && below.find('/', at) == below.npos))
            return false;  // a hidden file, or one in a hidden folder
    std::string path(below);
    return std::none_of(o.exclude.begin(), o.exclude.end(), [&](auto& p) {
        return fnmatch(p.c_str(), path.c_str(), 0) == 0 || path.starts_with(p + "/");
    });
}

bool counts(const std::string& path, const WorkdirOptions& o) {
    if (o.prefix.empty())
        return looked_at(path, o);
    return path.starts_with(o.prefix + "/") &&
           looked_at(std::string_view(path).substr(o.prefix.size() + 1), o);
}

static std::string join(const std::string& prefix, const std::string& below) {
    return prefix.empty() ? below : prefix + "/" + below;
}

std::map<std::string, std::string> read_workdir(const std::string& dir, const WorkdirOptions& o,
                                                std::vector<std::string>* left_out) {
    std::error_code ec;
    if (!fs::is_directory(dir, ec))
        throw Error(exit_usage, fmt::format("'{}' is not a folder", dir));
    std::map<std::string, std::string> found, links;  // where on the disk; what a link says
    for (auto it = fs::recursive_directory_iterator(dir, ec);
         !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
        std::string below = it->path().lexically_relative(dir).string();
        bool folder = it->is_directory(ec);
        if (it->is_symlink() && (folder || !it->is_regular_file(ec))) {
            // A link to nothing of interest is nobody's business.
            if (looked_at(below, o) || looked_at(below + "/x.pan", o))
                links[below] = fs::read_symlink(it->path()).string();
        } else if (folder) {
            if (it->path().filename().string().starts_with('.'))
                it.disable_recursion_pending();
        } else if (it->is_regular_file(ec)) {
            found[below] = it->path().string();
        }
        ec.clear();
    }
    if (ec)
        throw Error(exit_io, fmt::format("cannot read the folder '{}': {}", dir, ec.message()));
    auto lost = follow_links(found, std::move(links));
    if (left_out)
        *left_out = std::move(lost);
    std::map<std::string, std::string> files;
    for (auto& [below, path] : found)
        if (looked_at(below, o))
            files[join(o.prefix, below)] = read_file(path, size_t(64) << 20);
    if (o.load_path)
        files[std::string(load_path_file)] = *o.load_path;
    return files;
}

std::vector<Edit> differences(const std::map<std::string, std::string>& folder, const Tree& tree,
                              const WorkdirOptions& o, bool keep) {
    std::vector<Edit> edits;
    for (auto& [path, text] : folder) {
        auto it = tree.find(path);
        if (it == tree.end() || it->second != hash_of(text))
            edits.push_back(
                {.path = path, .base = it == tree.end() ? Hash() : it->second, .text = text});
    }
    if (!keep)
        for (auto& [path, hash] : tree)
            if (counts(path, o) && !folder.contains(path) && path != load_path_file)
                edits.push_back({.path = path, .base = hash});
    return edits;
}

std::string load_path_text(const std::vector<std::string>& dirs, const std::string& prefix) {
    std::string text;
    for (auto& d : dirs) {
        std::string root = tree_path(join(prefix, d));
        if (!root.empty())
            check_path(root);
        text += (root.empty() ? "." : root) + "\n";
    }
    return text;
}

std::optional<WorkdirState> workdir_state(const std::string& dir) {
    if (!fs::exists(dir + state_file))
        return std::nullopt;
    Config c = Config::read(dir + state_file, {{"revision", Setting::number, "0", ""},
                                               {"at", Setting::text, "", ""},
                                               {"exclude", Setting::words, "", ""},
                                               {"all", Setting::yes_no, "no", ""}});
    return WorkdirState{.revision = uint64_t(c.number("revision")),
                        .prefix = c.get("at"),
                        .exclude = c.words("exclude"),
                        .all = c.yes("all")};
}

void set_workdir_state(const std::string& dir, const WorkdirState& s) {
    std::string text = fmt::format(
        "# Written by cdb: what this folder was in step with last.\nrevision = {}\n", s.revision);
    if (!s.prefix.empty())
        text += "at = " + s.prefix + "\n";
    if (!s.exclude.empty())
        text += fmt::format("exclude = {}\n", fmt::join(s.exclude, " "));
    if (s.all)
        text += "all = yes\n";
    write_file(dir + state_file, text, {.sync = false});
}

std::string change_body(const std::vector<Edit>& edits,
                        const std::vector<std::pair<std::string, std::string>>& more) {
    Json j;
    j.open();
    for (auto& [key, value] : more)
        j.key(key).raw(value);
    j.key("changes").open('[');
    for (auto& e : edits) {
        j.open().field("path", e.path);
        if (!e.text)
            j.field("delete", true);
        else if (is_utf8(*e.text))
            j.field("text", *e.text);
        else
            j.field("base64", base64_encode(*e.text, 0));
        j.close();
    }
    j.close(']').close();
    return j.take();
}

}  // namespace weft::cdb
