// Parsed files and names: each file read and parsed once, each name looked for once.
#include "compiler/reuse/library.hh"

#include <fmt/core.h>

#include <chrono>
#include <cstdio>

#include "compiler/build/watch.hh"
#include "compiler/reuse/sharing.hh"
#include "compiler/text/parse.hh"
#include "compiler/text/utf16.hh"

namespace weft::compiler {

std::string_view error_class_name(ErrorClass c) {
    static constexpr std::string_view names[] = {"parse error", "syntax error", "evaluation error",
                                                 "validation error", "system error"};
    return names[int(c)];
}

std::string_view dependency_type_name(Dependency::Type t) {
    static constexpr std::string_view names[] = {"PAN",           "TPL",         "TEXT",
                                                 "ABSENT_SOURCE", "ABSENT_TEXT", "SEEN"};
    return names[int(t)];
}

Origins::Origins() : inside_(std::make_unique<Inside>()) {}
Origins::~Origins() = default;

Library::Library(Source& source, Options options)
    : origins(std::make_shared<Origins>()),
      source_(source),
      options_(std::move(options)),
      load_paths_(source) {
    if (!options_.initial_data.empty()) {
        initial_ = parse_constant(options_.initial_data, "--initial-data", options_);
        if (!initial_.is(Kind::dict))
            throw Error(exit_usage, fmt::format("the initial data must be a dict, not a {}",
                                                kind_name(initial_.kind())));
        initial_.freeze();
        Sharing::mark(initial_);
    }
    for (std::string& d : options_.include_path) {
        while (d.size() > 1 && d.ends_with('/'))
            d.pop_back();
        if (d.empty())
            d = ".";
    }
    if (options_.include_path.empty())
        options_.include_path = {"."};
}

void Library::begin() {
    source_.refresh();
    load_paths_.forget();
    load_path_warnings.clear();
    std::unique_lock names(names_lock_);
    names_.clear();
    texts_.clear();
    std::lock_guard files(files_lock_);
    files_.clear();
    std::lock_guard jobs(jobs_lock_);
    jobs_.clear();
    order_.clear();
    queue_.clear();
    next_ = active_ = 0;
    stopped_ = false;
    statistics = {};
}

static std::string join(const std::string& folder, const std::string& below,
                        std::string_view name) {
    std::string s = folder == "/" ? "" : folder;
    for (std::string_view part : {std::string_view(below), name}) {
        while (part.ends_with('/'))
            part.remove_suffix(1);
        if (part.empty())
            continue;
        s += '/';
        s += part;
    }
    return s;
}

// ---- load paths

const Search& Library::intern_search(std::string file, const std::vector<std::string>& folders) {
    auto [it, added] = searches_.try_emplace({file, folders});
    if (added)
        it->second = {std::move(file), folders, uint32_t(searches_.size())};
    return it->second;
}

const Search& Library::search_of(const std::string& file) {
    std::lock_guard guard(load_paths_lock_);
    const LoadPath* path =
        options_.load_paths && !file.empty() ? load_paths_.of(folder_of(file)) : nullptr;
    if (!path)
        return intern_search({}, options_.include_path);
    for (const std::string& m : path->missing)
        load_path_warnings.insert(
            fmt::format("{}: warning: there is no folder '{}'", shown(path->file), m));
    return intern_search(path->file, path->folders);
}

/// A path as people know it: in a tree without the '/' in front.
std::string Library::shown(const std::string& path) const {
    return source_.rooted() && path.size() > 1 && path[0] == '/' ? path.substr(1) : path;
}

/// Is there another file of that name in a later folder of the load path? With other contents it is
/// worth a word: which one counts depends on the order.
void Library::note_second(const Search& search, size_t first, const Dependency& d,
                          std::string_view below) {
    for (size_t i = first + 1; i < search.folders.size(); i++) {
        std::string path = join(search.folders[i], std::string(below), d.name);
        for (const char* extension : {".pan", ".tpl"}) {
            if (!source_.exists(path + extension))
                continue;
            path += extension;
            Text a, b;
            try {
                a = source_.read(d.path);
                b = source_.read(path);
            } catch (const Error&) {  // whoever needs it says so
            }
            if (!a || !b || *a == *b)
                break;
            std::lock_guard guard(load_paths_lock_);
            load_path_warnings.insert(
                fmt::format("{}: warning: template '{}' is found twice: '{}' counts, '{}' does not",
                            shown(search.file), d.name, shown(d.path), shown(path)));
            return;
        }
    }
}

/// The load path of an object: that of the file it is in. Of several files the one counts that its
/// own load path leads to.
const Search& Library::locate(Job& j) try {
    std::vector<std::string> holders;
    {
        std::lock_guard guard(jobs_lock_);
        holders.assign(j.holders.begin(), j.holders.end());
    }
    if (!options_.load_paths || holders.empty())
        return search_of("");
    std::vector<std::string> good;
    const Search* found = nullptr;
    for (const std::string& h : holders) {
        const Search& s = search_of(h);
        if (find_template(s, j.name, {}).path != h)
            continue;
        good.push_back(h);
        found = &s;
    }
    if (good.size() > 1) {
        TemplateError e(ErrorClass::evaluation,
                        fmt::format("object template '{}' is in two files: '{}' and '{}'", j.name,
                                    shown(good[0]), shown(good[1])),
                        {good[1]}, "a profile is known by its name: give one another");
        e.object = j.name;
        throw e;
    }
    if (found)
        return *found;
    const Search& s = search_of(holders[0]);
    if (const Found& other = find_template(s, j.name, {}); !other.path.empty() && !s.file.empty()) {
        TemplateError e(
            ErrorClass::evaluation,
            fmt::format("object template '{}' is hidden by '{}'", j.name, shown(other.path)),
            {holders[0]}, fmt::format("the load path of '{}' leads there", shown(s.file)));
        e.object = j.name;
        throw e;
    }
    return s;
} catch (const TemplateError&) {
    throw;
} catch (const Error& e) {  // a file that says a load path is wrong
    TemplateError wrong(ErrorClass::evaluation, e.message, e.where, e.hint);
    wrong.line = e.line;
    wrong.object = j.name;
    throw wrong;
}

static std::string search_key(const Search& search, std::string_view name,
                              const std::vector<std::string>& load_path) {
    std::string key = fmt::format("{}\n{}", search.number, name);
    for (const std::string& l : load_path) {
        key += '\n';
        key += l;
    }
    return key;
}

const Found& Library::remember(std::unordered_map<std::string, Found>& names, std::string key,
                               Dependency d) {
    const Dependency* kept = intern(std::move(d));
    std::unique_lock guard(names_lock_);
    return names.emplace(std::move(key), Found{kept->path, kept->root, kept}).first->second;
}

const Found& Library::find_template(const Search& search, std::string_view name,
                                    const std::vector<std::string>& load_path) {
    std::string key = search_key(search, name, load_path);
    {
        std::shared_lock guard(names_lock_);
        if (auto it = names_.find(key); it != names_.end())
            return it->second;
    }
    Dependency d{std::string(name), Dependency::absent_source, "", ""};
    size_t first = 0, below = 0;
    for (size_t i = 0; i < search.folders.size(); i++)
        for (size_t r = 0; r <= load_path.size() && d.path.empty(); r++) {
            std::string base = join(search.folders[i], r ? load_path[r - 1] : std::string(), name);
            for (Dependency::Type type : {Dependency::pan, Dependency::tpl}) {
                std::string path = base + (type == Dependency::pan ? ".pan" : ".tpl");
                if (source_.exists(path)) {
                    d.type = type;
                    d.root = base.substr(0, base.size() - name.size());
                    d.path = std::move(path);
                    first = i;
                    below = r;
                    break;
                }
                d.before.push_back(std::move(path));
            }
        }
    if (!search.file.empty() && !d.path.empty() && options_.warnings != Warnings::off)
        note_second(search, first, d, below ? load_path[below - 1] : std::string());
    return remember(names_, std::move(key), std::move(d));
}

std::string Library::near_template(const Search& search, std::string_view name,
                                   const std::vector<std::string>& load_path) {
    for (const std::string& d : search.folders) {
        for (size_t r = 0; r <= load_path.size(); r++) {
            std::string folder = join(d, r ? load_path[r - 1] : std::string(), "") + "/", right;
            int mistakes = 0;
            for (std::string_view rest = name; mistakes < 2;) {
                size_t slash = rest.find('/');
                bool last = slash == std::string_view::npos;
                std::string step(rest.substr(0, slash));
                std::vector<std::string> names = source_.names(folder);
                if (last) {
                    std::erase_if(names, [](auto& n) {
                        return !n.ends_with(".pan") && !n.ends_with(".tpl");
                    });
                    for (std::string& n : names)
                        n.resize(n.size() - 4);
                }
                if (std::find(names.begin(), names.end(), step) == names.end()) {
                    step = nearest(step, {names.begin(), names.end()});
                    if (step.empty() || mistakes++)
                        break;
                }
                right += step;
                if (last)
                    return mistakes ? right : "";
                right += '/';
                folder += step + '/';
                rest.remove_prefix(slash + 1);
            }
        }
    }
    return "";
}

const Found& Library::find_text(const Search& search, std::string_view name,
                                const std::vector<std::string>& load_path) {
    std::string key = search_key(search, name, load_path);
    {
        std::shared_lock guard(names_lock_);
        if (auto it = texts_.find(key); it != texts_.end())
            return it->second;
    }
    Dependency d{std::string(name), Dependency::absent_text, "", ""};
    for (const std::string& folder : search.folders)
        for (size_t r = 0; r <= load_path.size() && d.path.empty(); r++) {
            std::string path = join(folder, r ? load_path[r - 1] : std::string(), name);
            if (source_.exists(path)) {
                d.type = Dependency::text;
                d.root = path.substr(0, path.size() - name.size());
                d.path = std::move(path);
            } else {
                d.before.push_back(std::move(path));
            }
        }
    return remember(texts_, std::move(key), std::move(d));
}

Text Library::read_text(const std::string& path) { return source_.read(path); }

/// Values that stand in the template get their marks before other threads see them.
static void mark_values(Template& t) {
    for (Expr& e : t.exprs)
        Sharing::mark(e.value);
    for (Block& b : t.blocks)
        Sharing::mark(b.value);
    auto full = [](FullType& f) {
        Sharing::mark(f.default_value);
    };
    for (TypeSpec& s : t.types) {
        for (Field& f : s.required)
            full(f.type);
        for (Field& f : s.optional)
            full(f.type);
    }
    for (Statement& s : t.statements)
        full(s.type);
}

FilePtr Library::load(const std::string& path) {
    Slot* slot;
    {
        std::lock_guard guard(files_lock_);
        auto& s = files_[path];
        if (!s)
            s = std::make_unique<Slot>();
        slot = s.get();
    }
    std::lock_guard guard(slot->lock);
    if (slot->done)
        return slot->file;
    auto file = std::make_shared<File>();
    file->path = path;
    Text text;
    try {
        text = source_.read(path);
    } catch (const Error& e) {
        file->errors.emplace_back(ErrorClass::system, e.message, Where{path}, e.hint);
        slot->done = true;
        return slot->file = file;
    }
    if (text) {
        FilePtr known;
        {
            std::lock_guard lock(files_lock_);
            if (auto it = parsed_.find(path); it != parsed_.end())
                known = it->second;
        }
        if (known && (known->text == text || *known->text == *text)) {
            slot->file = known;
            std::lock_guard lock(files_lock_);
            statistics.reused++;
        } else {
            file->text = text;
            if (!is_utf8(*text))
                text = std::make_shared<const std::string>(repair_utf8(*text));
            auto& inside = *origins->inside_;
            uint32_t first, size = max_origins(*text);
            {
                std::unique_lock lock(inside.lock);
                first = inside.next;
                if (first + size < first)
                    bug("more values set than origins can be numbered");
                inside.next += size;
            }
            auto begin = std::chrono::steady_clock::now();
            for (Watch* w : options_.watches)
                w->phase(Watch::compile, path, true);
            Parsed parsed = parse_template(path, text, options_, first);
            for (Watch* w : options_.watches)
                w->phase(Watch::compile, path, false);
            file->tpl = std::move(parsed.tpl);
            file->errors = std::move(parsed.errors);
            file->warnings = std::move(parsed.warnings);
            file->kind = parsed.kind;
            file->name = std::move(parsed.name);
            if (file->tpl) {
                mark_values(const_cast<Template&>(*file->tpl));
                std::unique_lock lock(inside.lock);
                uint32_t used = uint32_t(file->tpl->places.size());
                if (inside.next == first + size)
                    inside.next = first + used;
                auto at = std::upper_bound(inside.entries.begin(), inside.entries.end(), first,
                                           [](uint32_t f, auto& e) { return f < e.first; });
                inside.entries.insert(at, {first, file->tpl});
            }
            slot->file = file;
            std::lock_guard lock(files_lock_);
            parsed_[path] = file;
            statistics.parsed++;
            statistics.parse +=
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        }
        for (const std::string& w : slot->file->warnings)
            print(w);
        // An object template that was looked at is built as well (2.5).
        if (slot->file->tpl && slot->file->kind == TemplateKind::object) {
            std::lock_guard lock(jobs_lock_);
            job(slot->file->name).holders.insert(path);
            jobs_changed_.notify_all();
        }
    }
    slot->done = true;
    return slot->file;
}

FilePtr Library::file_with(const std::string& object) {
    std::string path;
    {
        std::lock_guard lock(jobs_lock_);
        if (auto& all = job(object).holders; !all.empty())
            path = *all.begin();
    }
    return path.empty() ? nullptr : load(path);
}

std::pair<TemplatePtr, std::pair<uint32_t, uint32_t>> Library::place_of(uint32_t origin) const {
    auto& inside = *origins->inside_;
    std::shared_lock lock(inside.lock);
    auto at = std::upper_bound(inside.entries.begin(), inside.entries.end(), origin,
                               [](uint32_t f, auto& e) { return f < e.first; });
    if (at == inside.entries.begin())
        return {};
    --at;
    uint32_t i = origin - at->first;
    if (i >= at->tpl->places.size())
        return {};
    return {at->tpl, at->tpl->places[i]};
}

Place Origins::find(uint32_t origin) const {
    std::shared_lock lock(inside_->lock);
    auto at = std::upper_bound(inside_->entries.begin(), inside_->entries.end(), origin,
                               [](uint32_t f, auto& e) { return f < e.first; });
    if (!origin || at == inside_->entries.begin())
        return {};
    --at;
    uint32_t i = origin - at->first;
    if (i >= at->tpl->places.size())
        return {};
    const Template& t = *at->tpl;
    return {t.name + t.path.substr(t.path.rfind('.')), int(t.places[i].first),
            int(t.places[i].second)};
}

void Library::print(std::string_view lines) {
    std::lock_guard guard(print_lock_);
    if (options_.print)
        options_.print(lines);
    else
        std::fwrite(lines.data(), 1, lines.size(), stderr);
}

const Dependency* Library::intern(Dependency d) {
    std::lock_guard guard(intern_lock_);
    return &*interned_.insert(std::move(d)).first;
}

}  // namespace weft::compiler
