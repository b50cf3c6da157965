// One map from path to parsed file; looking for a name reads those that are seen, which takes a
// millisecond or two for a thousand templates and needs no second structure to keep right.
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
static constexpr int most_names_of_a_folder = 8;  // links to it and it itself
static constexpr size_t deepest_folder = 100;

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

// ---- reading

void Workspace::open(std::vector<std::string> include_path, std::vector<std::string> folders) {
    said_ = std::move(include_path);
    folders_ = std::move(folders);
    std::vector<std::string> gone;
    for (auto& [path, sheet] : sheets_)
        if (!open_.count(path))
            gone.push_back(path);
    for (const std::string& path : gone)
        put(path, nullptr);
    seen_.clear();
    entered_.clear();
    real_.clear();
    load_paths_.forget();
    arranged_ = false;
    read_roots();
}

/// The folders of the editor, and those of all load paths that are said in them.
bool Workspace::read_roots() {
    bool any = false;
    std::set<std::string> roots(folders_.begin(), folders_.end());
    roots.insert(said_.begin(), said_.end());
    for (size_t before = size_t(-1); roots.size() != before;) {
        before = roots.size();
        for (const std::string& root : std::set(roots)) {
            // What lies below another folder is read with it.
            bool inside = seen_.count(root) > 0;
            if (inside)
                continue;
            any |= read_below(root);
        }
        arrange();
        for (const Path& p : paths_)
            if (p.from_file)  // a folder that was only guessed may be somebody's home
                roots.insert(p.folders.begin(), p.folders.end());
    }
    return any;
}

/// Templates in a folder and below it, through links too: a folder is not entered from within
/// itself, nor by more than a few names. Answers whether anything is new.
bool Workspace::read_below(const std::string& folder, std::vector<FolderId> above) {
    struct stat st;
    auto stamp = Stamp::of(folder);
    if (!stamp || stat(folder.c_str(), &st) != 0 || !S_ISDIR(st.st_mode) ||
        above.size() > deepest_folder)
        return false;
    FolderId id{st.st_dev, st.st_ino};
    if (std::find(above.begin(), above.end(), id) != above.end())
        return false;
    bool any = false;
    auto known = seen_.find(folder);
    if (known == seen_.end() || known->second.folder != id) {
        if (known != seen_.end())
            forget(known);
        if (entered_[id] >= most_names_of_a_folder)
            return false;
        entered_[id]++;
        any = true;
    }
    seen_[folder] = {*stamp, id};
    above.push_back(id);
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        std::string path = it->path().string(), name = it->path().filename().string();
        std::error_code unknown;
        if (says_load_path(name))
            any |= seen_.insert_or_assign(path, Seen{Stamp::of(path).value_or(Stamp())}).second;
        if (name.starts_with('.') || sheets_.size() >= most_files)
            continue;
        if (it->is_directory(unknown)) {
            any |= read_below(path, above);
        } else if (is_template(it->path()) && it->is_regular_file(unknown)) {
            auto now = Stamp::of(path);
            auto before = seen_.find(path);
            if (now && before != seen_.end() && before->second.stamp == *now && sheets_.count(path))
                continue;
            seen_[path] = {now.value_or(Stamp())};
            if (open_.count(path))
                continue;
            if (Text text = from_disk(path)) {
                put(path, std::move(text));
                any = true;
            }
        }
    }
    return any;
}

std::map<std::string, Workspace::Seen>::iterator Workspace::forget(
    std::map<std::string, Seen>::iterator it) {
    if (it->second.folder)
        entered_[*it->second.folder]--;
    return seen_.erase(it);
}

bool Workspace::drop_below(const std::string& folder) {
    bool any = false;
    std::string start = folder + '/';
    for (auto it = seen_.lower_bound(start); it != seen_.end() && it->first.starts_with(start);) {
        if (!open_.count(it->first))
            any |= put(it->first, nullptr);
        it = forget(it);
    }
    if (auto it = seen_.find(folder); it != seen_.end())
        forget(it);
    return any;
}

void Workspace::count(const Sheet& s, int by) {
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
    auto at = sheets_.find(path);
    if (!text) {
        if (at == sheets_.end())
            return false;
        count(*at->second, -1);
        sheets_.erase(at);
        arranged_ = false;
        return true;
    }
    SheetPtr fresh = read_sheet(path, std::move(text));
    if (at == sheets_.end()) {
        count(*fresh, 1);
        sheets_[path] = std::move(fresh);
        arranged_ = false;
        return true;
    }
    SheetPtr before = std::exchange(at->second, fresh);
    count(*before, -1);
    count(*fresh, 1);
    if (fresh->tpl->name != before->tpl->name || fresh->tpl->kind != before->tpl->kind ||
        fresh->load_path != before->load_path)
        arranged_ = false;
    bool names = defined(*fresh) != defined(*before);
    if (names)
        views_.clear();
    return names;
}

bool Workspace::edit(const std::string& path, Text text) {
    if (!text) {
        open_.erase(path);
        return refresh(path);
    }
    bool fresh = open_.insert(path).second;
    bool names = put(path, text);
    if (fresh && path.starts_with('/')) {
        // A file outside all folders brings those of its load path along.
        arrange();
        names |= read_roots();
        std::error_code ec;
        std::string real = fs::canonical(path, ec).string();
        if (!ec)
            for (auto& [other, sheet] : sheets_)
                if (other != path && other.ends_with(path.substr(path.rfind('/'))) &&
                    fs::canonical(other, ec).string() == real && !ec)
                    real_[other] = path;
    }
    for (auto& [other, opened] : real_)
        if (opened == path && !open_.count(other) && sheets_.count(other))
            names |= put(other, text);
    return names;
}

const std::string& Workspace::open_name(const std::string& path) const {
    auto it = real_.find(path);
    return it != real_.end() && open_.count(it->second) && !open_.count(path) ? it->second : path;
}

bool Workspace::refresh(const std::string& path) {
    if (!path.starts_with('/'))
        return put(path, nullptr);
    if (says_load_path(path)) {
        load_paths_.forget();
        arranged_ = false;
        seen_[path] = {Stamp::of(path).value_or(Stamp())};
        read_roots();
        return true;
    }
    auto stamp = Stamp::of(path);
    if (!is_template(path) || disk_.folder(path)) {
        bool known = seen_.count(path) > 0 || disk_.folder(path);
        if (!known)
            return false;
        bool any = drop_below(path);
        any |= read_below(path);
        if (any)
            load_paths_.forget();
        return any;
    }
    if (stamp)
        seen_[path] = {*stamp};
    else
        seen_.erase(path);
    return open_.count(path) ? false : put(path, from_disk(path));
}

std::vector<std::string> Workspace::look() {
    std::vector<std::string> changed;
    for (auto& [path, seen] : std::map(seen_)) {
        auto now = Stamp::of(path);
        Stamp then = seen.stamp;
        if (seen.folder ? now && now->mtime == then.mtime : now.value_or(Stamp()) == then)
            continue;
        if (!seen_.count(path))
            continue;  // went with its folder
        if (!seen.folder || !now) {
            changed.push_back(path);
            refresh(path);
            continue;
        }
        // Only what is in it: what is below other folders has times of its own.
        std::set<std::string> names;
        std::error_code ec;
        for (fs::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec))
            names.insert(it->path().string());
        std::vector<std::string> gone;
        for (auto it = seen_.lower_bound(path + '/');
             it != seen_.end() && it->first.starts_with(path + '/'); ++it)
            if (it->first.find('/', path.size() + 1) == it->first.npos && !names.count(it->first))
                gone.push_back(it->first);
        for (const std::string& g : gone) {
            refresh(g);
            if (auto it = seen_.find(g); it != seen_.end())
                forget(it);
            changed.push_back(g);
        }
        if (!read_below(path) && gone.empty())
            continue;
        changed.push_back(path);
        load_paths_.forget();
        arranged_ = false;
    }
    return changed;
}

SheetPtr Workspace::sheet(const std::string& path) const {
    auto it = sheets_.find(path);
    return it == sheets_.end() ? nullptr : it->second;
}

// ---- who sees what

size_t Workspace::intern(std::vector<std::string> folders, bool from_file) const {
    for (size_t i = 0; i < paths_.size(); i++)
        if (paths_[i].folders == folders)
            return i;
    paths_.push_back({std::move(folders), from_file, {}, {}});
    return paths_.size() - 1;
}

std::vector<std::string> Workspace::include_path_of(const std::string& path) const {
    if (!said_.empty())
        return said_;
    std::string_view best;
    for (const std::string& f : folders_)
        if (path.starts_with(f + '/') && f.size() > best.size())
            best = f;
    return best.empty() ? std::vector<std::string>{folder_of(path)}
                        : guess_include_path(std::string(best));
}

/// The load path that is said for a file's folder.
size_t Workspace::path_for(const std::string& file) const {
    if (said_.empty() && file.starts_with('/'))
        try {
            if (const LoadPath* p = load_paths_.of(folder_of(file)))
                return intern(p->folders, true);
        } catch (const Error&) {  // the build says what is wrong with it
        }
    return intern(include_path_of(file), false);
}

void Workspace::arrange() const {
    if (std::exchange(arranged_, true))
        return;
    disk_.refresh();
    paths_.clear();
    paths_of_.clear();
    views_.clear();
    std::map<std::string, size_t> own;  // by folder
    auto own_of = [&](const std::string& file) {
        auto [it, added] = own.try_emplace(folder_of(file), 0);
        if (added)
            it->second = path_for(file);
        return it->second;
    };
    for (auto& [path, sheet] : sheets_)
        own_of(path);
    for (size_t number = 0; number < paths_.size(); number++) {
        Path& p = paths_[number];
        // Where the name of a template that is seen can begin, and in which folder that is; behind
        // all of them what a LOADPATH leads to.
        std::unordered_map<std::string, size_t> starts;
        for (size_t i = 0; i < p.folders.size(); i++) {
            starts.emplace(p.folders[i] == "/" ? "/" : p.folders[i] + '/', i);
            for (auto& [below, n] : load_path_)
                starts.emplace(normal_path(p.folders[i] + '/' + below) + '/', p.folders.size());
        }
        std::map<std::string_view, std::pair<size_t, const View::Entry*>> first;
        auto hide = [&](const View::Entry* seen, const View::Entry* other) {
            if (*seen->second->text != *other->second->text)
                p.hidden.emplace(seen->second->tpl->name, other->first);
        };
        for (auto& entry : sheets_) {
            const std::string &path = entry.first, &name = entry.second->tpl->name;
            if (name.empty() || path.size() < name.size() + 4 ||
                path.compare(path.size() - 4 - name.size(), name.size(), name) != 0)
                continue;
            auto at = starts.find(path.substr(0, path.size() - 4 - name.size()));
            if (at == starts.end())
                continue;
            if (at->second == p.folders.size()) {
                p.visible.push_back(&entry);
                continue;
            }
            auto [it, added] = first.try_emplace(name, at->second, &entry);
            if (added)
                continue;
            if (at->second < it->second.first) {
                hide(&entry, it->second.second);
                it->second = {at->second, &entry};
            } else {
                hide(it->second.second, &entry);
            }
        }
        for (auto& [name, found] : first)
            p.visible.push_back(found.second);
        for (const View::Entry* e : p.visible)
            if (e->second->tpl->kind != TemplateKind::object)
                paths_of_[e->first].push_back(number);
    }
    for (auto& [path, sheet] : sheets_)
        if (auto& mine = paths_of_[path]; mine.empty())
            mine.push_back(own_of(path));
}

const View& Workspace::view(const std::string& path) const {
    arrange();
    auto mine = paths_of_.find(path);
    static const std::vector<size_t> none;
    const std::vector<size_t>& numbers = mine == paths_of_.end() ? none : mine->second;
    auto [it, added] = views_.try_emplace(numbers);
    View& v = it->second;
    if (!added && (v.sheets_.empty() || std::any_of(v.sheets_.begin(), v.sheets_.end(),
                                                    [&](auto* e) { return e->first == path; })))
        return v;
    if (added) {
        v.all_ = this;
        v.paths_ = numbers;
        for (size_t n : numbers)
            v.sheets_.insert(v.sheets_.end(), paths_[n].visible.begin(), paths_[n].visible.end());
    }
    if (auto self = sheets_.find(path); self != sheets_.end())
        v.sheets_.push_back(&*self);  // also what no name leads to is seen by itself
    std::sort(v.sheets_.begin(), v.sheets_.end(),
              [](auto* a, auto* b) { return a->first < b->first; });
    v.sheets_.erase(std::unique(v.sheets_.begin(), v.sheets_.end()), v.sheets_.end());
    v.defined_.clear();
    for (const View::Entry* e : v.sheets_)
        for (const Mention& m : e->second->mentions)
            if (m.definition)
                v.defined_.insert(key(m.sort, m.symbol));
    return v;
}

std::string View::find_template(std::string_view name) const {
    if (!all_)
        return {};
    auto there = [&](const std::string& path) {
        struct stat st;
        return all_->sheets_.count(path) ||
               (path.find('\0') == path.npos && stat(path.c_str(), &st) == 0);
    };
    if (auto it = found_.find(name); it != found_.end() && there(it->second))
        return it->second;
    for (size_t number : paths_)
        for (const std::string& dir : all_->paths_[number].folders) {
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
            std::string found = look({});
            for (auto it = all_->load_path_.begin(); found.empty() && it != all_->load_path_.end();
                 ++it)
                found = look(it->first);
            if (!found.empty())
                return found_[std::string(name)] = found;
        }
    return {};
}

std::string View::hidden_template(std::string_view name) const {
    for (size_t number : paths_)
        if (const Workspace::Path& p = all_->paths_[number]; p.from_file)
            if (auto it = p.hidden.find(std::string(name)); it != p.hidden.end())
                return it->second;
    return {};
}

bool View::defines(Sort sort, uint32_t symbol) const {
    return defined_.count(key(sort, symbol)) > 0;
}

std::vector<Target> View::definitions(Sort sort, uint32_t symbol) const {
    std::vector<Target> out;
    if (!defines(sort, symbol))
        return out;
    for (const Entry* e : sheets_)
        for (const Mention& m : e->second->mentions)
            if (m.definition && m.sort == sort && m.symbol == symbol)
                out.push_back({e->second, &m});
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
    if (what.sort == Sort::local) {
        add(where);
        return out;
    }
    // Whoever sees it, and whoever sees what they see of it: a library that two clusters share ties
    // them together, two versions side by side do not.
    arrange();
    std::set<std::string> done{where->path};
    std::set<size_t> numbers;
    std::vector<size_t> next = paths_of_[where->path];
    add(where);
    while (!next.empty()) {
        size_t n = next.back();
        next.pop_back();
        if (!numbers.insert(n).second)
            continue;
        auto take = [&](const View::Entry* e) {
            size_t before = out.size();
            if (done.count(e->first))
                return;
            add(e->second);
            if (out.size() == before)
                return;
            done.insert(e->first);
            for (size_t other : paths_of_[e->first])
                next.push_back(other);
        };
        for (const View::Entry* e : paths_[n].visible)
            take(e);
        for (auto& entry : sheets_)  // what no name leads to, in folders with this load path
            if (auto& mine = paths_of_[entry.first]; mine.size() == 1 && mine[0] == n)
                take(&entry);
    }
    std::stable_sort(out.begin(), out.end(), [](const Target& a, const Target& b) {
        return a.sheet->path < b.sheet->path;
    });
    return out;
}

std::string_view Workspace::shown(std::string_view path) const {
    arrange();
    std::string_view best;
    for (const Path& p : paths_)
        for (const std::string& dir : p.folders)
            if (path.starts_with(dir + '/') && dir.size() > best.size())
                best = dir;
    if (!best.empty())
        path.remove_prefix(best.size() + 1);
    return path;
}

std::vector<std::string> guess_include_path(const std::string& folder) {
    DiskSource disk;
    LoadPaths paths(disk);
    auto said = [&](const std::string& f) -> const LoadPath* {
        try {
            const LoadPath* p = paths.of(f);
            return p && folder_of(p->file) == f ? p : nullptr;
        } catch (const Error&) {
            return nullptr;
        }
    };
    if (const LoadPath* p = said(folder))
        return p->folders;
    for (const std::string& name : disk.names(folder))
        if (std::string below = folder + '/' + name; disk.folder(below))
            if (const LoadPath* p = said(below))
                return p->folders;
    return {folder};
}

}  // namespace weft::compiler::lsp
