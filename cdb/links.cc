// Links are followed one after the other, each when all that lies behind it is known.
#include "cdb/links.hh"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/error.hh"

namespace weft::cdb {

/// More files than any site has; links to folders of links multiply.
static constexpr size_t max_linked_files = 1'000'000;

/// The path in the tree a link speaks of; nothing when it leads out of it. The root is "".
static std::optional<std::string> linked_path(std::string_view link, std::string_view target) {
    if (target.empty() || target[0] == '/')
        return std::nullopt;
    std::vector<std::string_view> parts;
    auto walk = [&](std::string_view path) {
        while (!path.empty()) {
            std::string_view part = path.substr(0, path.find('/'));
            path.remove_prefix(std::min(part.size() + 1, path.size()));
            if (part.empty() || part == ".")
                continue;
            if (part != "..")
                parts.push_back(part);
            else if (parts.empty())
                return false;
            else
                parts.pop_back();
        }
        return true;
    };
    size_t name = link.rfind('/');
    if (!walk(link.substr(0, name == std::string_view::npos ? 0 : name)) || !walk(target))
        return std::nullopt;
    std::string path;
    for (std::string_view part : parts)
        path += (path.empty() ? "" : "/") + std::string(part);
    return path;
}

static bool is_below(std::string_view path, std::string_view folder) {
    return folder.empty() ||
           (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

std::vector<std::string> follow_links(std::map<std::string, std::string>& files,
                                      std::map<std::string, std::string> links) {
    std::vector<std::string> left_out;
    std::map<std::string, std::string> wait;  // link and the path it leads to
    for (auto& [link, target] : links)
        if (auto path = linked_path(link, target))
            wait[link] = *path;
        else
            left_out.push_back(
                fmt::format("'{}' is left out: a link that leads out of the tree", link));
    for (bool more = true; more && !wait.empty();) {
        more = false;
        for (auto it = wait.begin(); it != wait.end();) {
            auto& [link, path] = *it;
            // Behind it, or on the way there, is another link: that one first.
            bool early = std::any_of(wait.begin(), wait.end(), [&](auto& other) {
                return other.first == path || is_below(other.first, path) ||
                       is_below(path, other.first);
            });
            if (early) {
                ++it;
                continue;
            }
            std::vector<std::pair<std::string, std::string>> found;
            if (auto file = files.find(path); file != files.end())
                found.emplace_back(link, file->second);
            std::string folder = path.empty() ? "" : path + "/";
            for (auto file = files.lower_bound(folder);
                 file != files.end() && file->first.starts_with(folder); ++file)
                found.emplace_back(link + "/" + file->first.substr(folder.size()), file->second);
            if (files.size() + found.size() > max_linked_files)
                throw Error(exit_data,
                            fmt::format("with what '{}' leads to there are more than {} files",
                                        link, max_linked_files));
            if (found.empty())
                left_out.push_back(
                    fmt::format("'{}' is left out: a link that leads nowhere", link));
            for (auto& [name, id] : found)
                files.emplace(name, id);
            it = wait.erase(it);
            more = true;
        }
    }
    for (auto& [link, path] : wait)
        left_out.push_back(fmt::format("'{}' is left out: a link that leads to itself", link));
    std::sort(left_out.begin(), left_out.end());
    return left_out;
}

}  // namespace weft::cdb
