// One map from path to parsed file; looking for a name reads all of them, which takes a millisecond
// or two for a thousand templates and needs no second structure to keep right.
#include "compiler/lsp/workspace.hh"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"

namespace weft::compiler::lsp {

namespace fs = std::filesystem;
static constexpr size_t largest = size_t(16) << 20;
static constexpr size_t most_files = 100000;

static uint64_t key(Sort sort, uint32_t symbol) { return uint64_t(sort) << 32 | symbol; }
static bool is_template(const fs::path& p) {
    return p.extension() == ".pan" || p.extension() == ".tpl";
}

static Text from_disk(const std::string& path) {
    try {
        if (auto s = read_if_exists(path, largest))
            return std::make_shared<const std::string>(std::move(*s));
    } catch (const Error&) {  // unreadable or huge: as if it were not there
    }
    return nullptr;
}

void Workspace::open(std::vector<std::string> include_path,
                     const std::vector<std::string>& folders) {
    include_path_ = std::move(include_path);
    std::set<std::string> roots(include_path_.begin(), include_path_.end());
    roots.insert(folders.begin(), folders.end());
    for (const std::string& root : roots) {
        // What lies below another root is read with it.
        bool inside = std::any_of(roots.begin(), roots.end(), [&](const std::string& r) {
            return r != root && root.starts_with(r + '/');
        });
        if (inside)
            continue;
        std::error_code ec;
        for (fs::recursive_directory_iterator
                 it(root, fs::directory_options::skip_permission_denied, ec),
             end;
             !ec && it != end; it.increment(ec)) {
            if (it->path().filename().string().starts_with('.')) {
                it.disable_recursion_pending();
                continue;
            }
            std::error_code unknown;
            if (!is_template(it->path()) || !it->is_regular_file(unknown) ||
                sheets_.size() >= most_files)
                continue;
            std::string path = it->path().string();
            if (open_.count(path))
                continue;
            if (Text text = from_disk(path))
                put(path, std::move(text));
        }
    }
}

void Workspace::count(const Sheet& s, int by) {
    for (const Mention& m : s.mentions)
        if (m.definition &&
            (m.sort == Sort::global || m.sort == Sort::function || m.sort == Sort::type)) {
            auto it = defined_.emplace(key(m.sort, m.symbol), 0).first;
            if (!(it->second += by))
                defined_.erase(it);
        }
    for (const std::string& entry : s.load_path) {
        auto it = load_path_.emplace(entry, 0).first;
        if (!(it->second += by))
            load_path_.erase(it);
    }
}

bool Workspace::put(const std::string& path, Text text) {
    auto defined = [](const Sheet& s) {
        std::set<uint64_t> keys;
        for (const Mention& m : s.mentions)
            if (m.definition)
                keys.insert(key(m.sort, m.symbol));
        return keys;
    };
    auto& place = sheets_[path];
    std::set<uint64_t> before;
    if (place) {
        before = defined(*place);
        count(*place, -1);
    }
    bool known = bool(place);
    if (text) {
        place = read_sheet(path, std::move(text));
        count(*place, 1);
        return !known || defined(*place) != before;
    }
    sheets_.erase(path);
    return known;
}

bool Workspace::edit(const std::string& path, Text text) {
    if (text) {
        open_.insert(path);
        return put(path, std::move(text));
    }
    open_.erase(path);
    return refresh(path);
}

bool Workspace::refresh(const std::string& path) {
    if (open_.count(path) || !is_template(path))
        return false;
    return put(path, path.starts_with('/') ? from_disk(path) : nullptr);
}

SheetPtr Workspace::sheet(const std::string& path) const {
    auto it = sheets_.find(path);
    return it == sheets_.end() ? nullptr : it->second;
}

std::string Workspace::find_template(std::string_view name) const {
    auto there = [&](const std::string& path) {
        struct stat st;
        return sheets_.count(path) ||
               (path.find('\0') == path.npos && stat(path.c_str(), &st) == 0);
    };
    for (const std::string& dir : include_path_) {
        auto look = [&](std::string_view below) -> std::string {
            std::string base = dir + '/';
            if (!below.empty())
                (base += below) += '/';
            base += name;
            for (const char* extension : {".pan", ".tpl"})
                if (there(base + extension))
                    return base + extension;
            return {};
        };
        if (std::string found = look({}); !found.empty())
            return found;
        for (auto& [below, n] : load_path_)
            if (std::string found = look(below); !found.empty())
                return found;
    }
    return {};
}

bool Workspace::defines(Sort sort, uint32_t symbol) const {
    return defined_.count(key(sort, symbol)) > 0;
}

std::vector<Target> Workspace::definitions(Sort sort, uint32_t symbol) const {
    std::vector<Target> out;
    if (!defines(sort, symbol))
        return out;
    for (auto& [path, sheet] : sheets_)
        for (const Mention& m : sheet->mentions)
            if (m.definition && m.sort == sort && m.symbol == symbol)
                out.push_back({sheet, &m});
    return out;
}

std::vector<Target> Workspace::same(const SheetPtr& where, const Mention& what) const {
    std::vector<Target> out;
    auto equal = [&](const Mention& m) {
        return m.sort == what.sort && m.symbol == what.symbol && m.block == what.block &&
               m.name == what.name;
    };
    auto add = [&](const SheetPtr& sheet) {
        for (const Mention& m : sheet->mentions)
            if (equal(m))
                out.push_back({sheet, &m});
    };
    if (what.sort == Sort::local)
        add(where);
    else
        for (auto& [path, sheet] : sheets_)
            add(sheet);
    return out;
}

std::vector<std::string> guess_include_path(const std::string& folder) {
    std::error_code ec;
    fs::path file;
    if (fs::is_regular_file(fs::path(folder) / "include-path", ec))
        file = fs::path(folder) / "include-path";
    std::vector<fs::path> below;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
        if (std::error_code e; fs::is_regular_file(it->path() / "include-path", e))
            below.push_back(it->path() / "include-path");
    std::sort(below.begin(), below.end());
    if (file.empty() && !below.empty())
        file = below[0];
    if (file.empty())
        return {folder};
    auto text = read_if_exists(file.string(), 1 << 20);
    if (!text)
        return {folder};
    std::vector<std::string> entries;
    for (std::string_view l : lines(*text)) {
        while (!l.empty() && (l.back() == ' ' || l.back() == '\t' || l.back() == '\r'))
            l.remove_suffix(1);
        if (!l.empty() && l[0] != '#')
            entries.emplace_back(l);
    }
    if (entries.empty())
        return {folder};
    fs::path base = file.parent_path();
    for (fs::path up = base;; up = up.parent_path()) {
        if (fs::is_directory(up / entries[0], ec)) {
            base = up;
            break;
        }
        if (up == up.root_path() || up.empty())
            break;
    }
    std::vector<std::string> out;
    for (const std::string& e : entries) {
        std::string path = (base / e).lexically_normal().string();
        while (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        out.push_back(std::move(path));
    }
    return out;
}

}  // namespace weft::compiler::lsp
