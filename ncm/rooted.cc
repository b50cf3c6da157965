// One step of a path after the other, links included.
#include "ncm/rooted.hh"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <climits>
#include <vector>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::ncm {

static void push_steps(std::vector<std::string>& todo, std::string_view path) {
    std::vector<std::string> steps;
    for (size_t at = 0; at < path.size();) {
        size_t end = std::min(path.find('/', at), path.size());
        if (end > at)
            steps.emplace_back(path.substr(at, end - at));
        at = end + 1;
    }
    todo.insert(todo.end(), steps.rbegin(), steps.rend());
}

static std::string walk(const std::string& root, std::string_view path, bool keep_last) {
    std::vector<std::string> todo, done;
    push_steps(todo, path);
    auto text = [&] {
        std::string s = root;
        for (const std::string& d : done)
            s += '/' + d;
        return s;
    };
    for (int hops = 0; !todo.empty();) {
        std::string step = std::move(todo.back());
        todo.pop_back();
        if (step == ".")
            continue;
        if (step == "..") {
            if (!done.empty())
                done.pop_back();
            continue;
        }
        done.push_back(std::move(step));
        if (todo.empty() && keep_last)
            break;
        char target[PATH_MAX];
        ssize_t n = readlink(text().c_str(), target, sizeof target);
        if (n < 0)
            continue;
        if (++hops > 40)
            throw Error(exit_io, "too many symbolic links in '" + std::string(path) + "'");
        std::string_view to(target, size_t(n));
        done.pop_back();
        if (to.starts_with('/'))
            done.clear();
        push_steps(todo, to);
    }
    return text();
}

std::string resolve_below(const std::string& root, std::string_view path, bool keep_last) {
    return root.empty() ? std::string(path)
                        : walk(root, path, keep_last);  // the kernel follows links well enough
}

std::string follow_links(const std::string& root, std::string_view path) {
    return walk(root, path, false);
}

static std::optional<uint32_t> number(std::string_view text) {
    uint32_t n;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return n;
}

/// The third field of the line that begins with the name.
static std::optional<uint32_t> look_up(const std::string& file, const std::string& name) {
    auto text = read_if_exists(file);
    if (!text)
        return std::nullopt;
    for (std::string_view line : lines(*text)) {
        if (!line.starts_with(name) || line.substr(name.size(), 1) != ":")
            continue;
        size_t second = line.find(':', name.size() + 1);
        if (second == std::string_view::npos)
            continue;
        line.remove_prefix(second + 1);
        return number(line.substr(0, line.find(':')));
    }
    return std::nullopt;
}

std::optional<uid_t> user_number(const std::string& root, const std::string& name) {
    if (auto n = number(name))
        return n;
    if (!root.empty() && access((root + "/etc/passwd").c_str(), R_OK) == 0)
        return look_up(root + "/etc/passwd", name);
    if (struct passwd* p = getpwnam(name.c_str()))
        return p->pw_uid;
    return std::nullopt;
}

std::optional<gid_t> group_number(const std::string& root, const std::string& name) {
    if (auto n = number(name))
        return n;
    if (!root.empty() && access((root + "/etc/group").c_str(), R_OK) == 0)
        return look_up(root + "/etc/group", name);
    if (struct group* g = getgrnam(name.c_str()))
        return g->gr_gid;
    return std::nullopt;
}

}  // namespace weft::ncm
