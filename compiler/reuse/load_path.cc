// Three spellings of a load path: .loadpath, include-path, and the properties of SCDB's clusters.
#include "compiler/reuse/load_path.hh"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::compiler {

namespace {

constexpr std::array lists = {".loadpath", "include-path"};
constexpr const char* cluster_file = "cluster.build.properties";
constexpr const char* site_file = "quattor.build.properties";
constexpr const char* clusters_folder = "clusters";
constexpr size_t most_folders = 10000, most_steps = 100, longest_value = size_t(1) << 20;

std::string_view trimmed(std::string_view s) {
    auto blank = [](char c) {
        return isspace(static_cast<unsigned char>(c)) != 0;
    };
    while (!s.empty() && blank(s.front()))
        s.remove_prefix(1);
    while (!s.empty() && blank(s.back()))
        s.remove_suffix(1);
    return s;
}

std::string below(const std::string& folder, std::string_view path) {
    return normal_path(folder + '/' + std::string(path));
}

std::string last_step(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> words(std::string_view text, std::string_view between) {
    std::vector<std::string> out;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find_first_of(between, at), text.size());
        if (end > at)
            out.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

// ---- properties, as Java and Ant read them

using Properties = std::map<std::string, std::string>;

/// A character behind a backslash; moves `at` behind it.
void unescape(std::string_view s, size_t& at, std::string& out) {
    char c = s[at++];
    if (c == 'u' && at + 4 <= s.size()) {
        unsigned code = 0;
        for (size_t i = at; i < at + 4; i++) {
            char d = char(s[i] | 32);
            code = code * 16 + unsigned(d >= 'a' && d <= 'f'         ? d - 'a' + 10
                                        : s[i] >= '0' && s[i] <= '9' ? s[i] - '0'
                                                                     : 0);
        }
        at += 4;
        if (code < 0x80)
            out += char(code);
        else if (code < 0x800)
            (out += char(0xC0 | code >> 6)) += char(0x80 | (code & 0x3F));
        else
            ((out += char(0xE0 | code >> 12)) += char(0x80 | (code >> 6 & 0x3F))) +=
                char(0x80 | (code & 0x3F));
        return;
    }
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
}

/// "${name}" becomes what is known of it; what is not known stays as it is.
std::string expanded(const std::string& value, const Properties& known) {
    std::string out;
    for (size_t at = 0; at < value.size();) {
        size_t end = value.find('}', at);
        if (value.compare(at, 2, "${") == 0 && end != std::string::npos) {
            auto it = known.find(value.substr(at + 2, end - at - 2));
            out += it == known.end() ? value.substr(at, end + 1 - at) : it->second;
            at = end + 1;
        } else {
            out += value[at++];
        }
        if (out.size() > longest_value)
            throw Error(exit_data,
                        fmt::format("a property is longer than {} bytes", longest_value));
    }
    return out;
}

/// A property that is set already keeps its value.
void read_properties(std::string_view text, Properties& out) {
    std::string logical;
    auto take = [&] {
        std::string_view s = trimmed(logical);
        if (s.empty() || s[0] == '#' || s[0] == '!')
            return;
        std::string key, value;
        size_t at = 0;
        while (at < s.size() && s[at] != '=' && s[at] != ':' && !isspace(int(s[at] & 0x7F))) {
            if (s[at] == '\\' && at + 1 < s.size())
                unescape(s, ++at, key);
            else
                key += s[at++];
        }
        while (at < s.size() && isspace(int(s[at] & 0x7F)))
            at++;
        if (at < s.size() && (s[at] == '=' || s[at] == ':'))
            at++;
        for (s = trimmed(s.substr(at)), at = 0; at < s.size();) {
            if (s[at] == '\\' && at + 1 < s.size())
                unescape(s, ++at, value);
            else
                value += s[at++];
        }
        out.emplace(key, expanded(value, out));
    };
    for (std::string_view line : weft::lines(text)) {
        bool comment =
            logical.empty() && (trimmed(line).starts_with('#') || trimmed(line).starts_with('!'));
        if (comment)
            continue;
        while (line.ends_with('\r'))
            line.remove_suffix(1);
        size_t slashes = line.size() - (line.find_last_not_of('\\') + 1);
        if (slashes % 2) {  // goes on in the next line
            logical += logical.empty() ? line.substr(0, line.size() - 1)
                                       : trimmed(line.substr(0, line.size() - 1));
            logical += line.size() > 1 && isspace(int(line[line.size() - 2] & 0x7F)) ? " " : "";
            continue;
        }
        logical += logical.empty() ? line : trimmed(line);
        take();
        logical.clear();
    }
    take();
}

// ---- Ant's patterns of folders

bool matches(std::string_view pattern, std::string_view name) {
    size_t p = 0, n = 0, star = pattern.npos, tried = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            tried = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            p++;
            n++;
        } else if (star != pattern.npos) {
            p = star + 1;
            n = ++tried;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

class Patterns {
public:
    Patterns(Source& source, std::string file) : source_(source), file_(std::move(file)) {}

    /// The folders below `base` that match, each before those in it, by name.
    std::vector<std::string> expand(const std::string& base, const std::string& pattern) {
        steps_ = words(pattern, "/");
        if (pattern.ends_with('/'))
            steps_.emplace_back("**");
        done_.clear();
        found_.clear();
        walk(base, 0, 0);
        return std::move(found_);
    }

private:
    void walk(const std::string& folder, size_t step, size_t depth) {
        if (depth > most_steps || !done_.emplace(folder, step).second)
            return;
        if (done_.size() > most_folders)
            throw Error(exit_data,
                        fmt::format("the load path has more than {} folders", most_folders),
                        {file_}, "name them without '**'");
        if (step == steps_.size()) {
            if (std::find(found_.begin(), found_.end(), folder) == found_.end())
                found_.push_back(folder);
            return;
        }
        const std::string& s = steps_[step];
        if (s == "**") {
            walk(folder, step + 1, depth);
            each(folder, "*", [&](const std::string& f) { walk(f, step, depth + 1); });
        } else if (s.find_first_of("*?") != std::string::npos) {
            each(folder, s, [&](const std::string& f) { walk(f, step + 1, depth + 1); });
        } else if (std::string f = below(folder, s); source_.folder(f)) {
            walk(f, step + 1, depth + 1);
        }
    }
    template <class F>
    void each(const std::string& folder, std::string_view pattern, F f) {
        for (const std::string& name : source_.names(folder))
            if (!name.starts_with('.') && name != "CVS" && matches(pattern, name))
                if (std::string path = below(folder, name); source_.folder(path))
                    f(path);
    }
    Source& source_;
    std::string file_;
    std::vector<std::string> steps_, found_;
    std::set<std::pair<std::string, size_t>> done_;
};

}  // namespace

bool says_load_path(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    return name == lists[0] || name == lists[1] || name == cluster_file ||
           name == group_properties || name == site_file;
}

std::string normal_path(std::string_view path) {
    std::vector<std::string> out;
    bool rooted = path.starts_with('/');
    for (std::string& step : words(path, "/")) {
        if (step == ".")
            continue;
        if (step == ".." && (rooted || (!out.empty() && out.back() != ".."))) {
            if (!out.empty())
                out.pop_back();
            continue;
        }
        out.push_back(std::move(step));
    }
    std::string text;
    for (const std::string& step : out)
        text += (text.empty() && !rooted ? "" : "/") + step;
    return !text.empty() ? text : rooted ? "/" : ".";
}

std::string folder_of(std::string_view path) {
    size_t slash = path.rfind('/');
    return slash == std::string_view::npos
               ? "."
               : std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

const LoadPath* LoadPaths::of(const std::string& folder) { return find(normal_path(folder)).get(); }

LoadPaths::Known LoadPaths::find(const std::string& folder) {
    if (auto it = known_.find(folder); it != known_.end())
        return it->second;
    std::string up = folder_of(folder), file;
    Known found;
    for (const char* name : lists)
        if (file.empty() && !(file = there(folder, name)).empty())
            found = listed(file);
    if (!found) {
        std::string own = there(folder, cluster_file),
                    group = up == folder ? "" : there(up, group_properties);
        found = !own.empty() || !group.empty() ? cluster(folder, own, group)
                : up == folder                 ? nullptr
                                               : find(up);
    }
    return known_[folder] = found;
}

/// The file's path; empty when there is none.
std::string LoadPaths::there(const std::string& folder, std::string_view name) {
    std::string path = below(folder, name);
    return source_.exists(path) && !source_.folder(path) ? path : "";
}

/// A folder a line, all below the nearest folder, from the file's own upwards, that has the first.
LoadPaths::Known LoadPaths::listed(const std::string& file) {
    auto found = std::make_shared<LoadPath>();
    found->file = file;
    std::string own = folder_of(file), base;
    Text text = source_.read(file);
    int number = 0;
    std::vector<std::pair<int, std::string>> entries;
    for (std::string_view line : weft::lines(text ? std::string_view(*text) : "")) {
        number++;
        std::string_view entry = trimmed(line.substr(0, line.find('#')));
        if (!entry.empty())
            entries.emplace_back(number, entry);
    }
    if (entries.empty())
        entries.emplace_back(1, ".");
    for (std::string up = own;; up = folder_of(up)) {
        if (up == "/" && own != "/" && !source_.rooted())
            break;
        if (source_.folder(below(up, entries[0].second))) {
            base = up;
            break;
        }
        if (up == folder_of(up))
            break;
    }
    if (base.empty())
        base = own;
    for (auto& [line, entry] : entries) {
        std::string folder = entry.starts_with('/') ? normal_path(entry) : below(base, entry);
        if (source_.rooted()) {
            size_t depth = entry.starts_with('/') ? 0 : words(base, "/").size();
            for (const std::string& step : words(entry, "/")) {
                if (step == ".." && depth-- == 0) {
                    Error e(
                        exit_data, fmt::format("'{}' leads out of the tree", entry),
                        {file, line, 1, line, int(entry.size())},
                        fmt::format("it is relative to '{}'", base == "/" ? "." : base.substr(1)));
                    e.line = entry;
                    throw e;
                }
                depth += step != "." && step != "..";
            }
        }
        if (!source_.folder(folder))
            found->missing.push_back(entry);
        if (std::find(found->folders.begin(), found->folders.end(), folder) == found->folders.end())
            found->folders.push_back(std::move(folder));
    }
    return found;
}

/// The folder of a cluster, those for profiles and the site's own in it, then what the properties
/// list: patterns below the folder that has all clusters in its `clusters`.
LoadPaths::Known LoadPaths::cluster(const std::string& folder, const std::string& own,
                                    const std::string& group) {
    auto found = std::make_shared<LoadPath>();
    found->file = own.empty() ? group : own;
    std::string cfg;
    for (std::string up = folder_of(folder); cfg.empty() && up != folder_of(up); up = folder_of(up))
        if (last_step(up) == clusters_folder)
            cfg = folder_of(up);
    Properties properties{{"cluster.current", last_step(folder)}};
    auto read = [&](const std::string& file) {
        if (!file.empty())
            if (Text text = source_.read(file))
                read_properties(*text, properties);
    };
    if (!cfg.empty()) {
        read(there(folder_of(cfg), site_file));
        if (cfg != folder_of(cfg))
            read(there(cfg, site_file));
    }
    read(own);
    read(group);
    std::vector<std::string> patterns = words(properties["cluster.pan.includes"], " \t\r\n\f,");
    // Clusters in a folder of another name: below the nearest folder that has the first.
    for (std::string up = folder_of(folder); cfg.empty(); up = folder_of(up)) {
        std::string first =
            patterns.empty() ? "" : patterns[0].substr(0, patterns[0].find_first_of("*?"));
        if (up == folder_of(up) || (!first.empty() && source_.folder(below(up, first))))
            cfg = up == folder_of(up) && !source_.rooted() ? folder_of(folder) : up;
    }
    auto add = [&](const std::string& f) {
        if (std::find(found->folders.begin(), found->folders.end(), f) == found->folders.end())
            found->folders.push_back(f);
    };
    for (const char* part : {".", "profiles", "site"})
        if (std::string f = below(folder, part); source_.folder(f))
            add(f);
    Patterns all(source_, found->file);
    for (const std::string& p : patterns) {
        auto folders = all.expand(cfg, p);
        if (folders.empty())
            found->missing.push_back(p);
        for (const std::string& f : folders)
            add(f);
    }
    return found;
}

}  // namespace weft::compiler
