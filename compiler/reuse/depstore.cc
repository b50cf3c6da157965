// The dependency store: bytes in and out, and what is out of date.
#include "compiler/reuse/depstore.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
#include "base/wrap/digest.hh"
#include "compiler/builtin.hh"
#include "compiler/values/regex.hh"

#ifndef WEFT_VERSION
#define WEFT_VERSION ""
#endif

namespace weft::compiler {

static DependencyStore::Hash hash_of(std::string_view text) {
    std::string hex = digest_hex("SHA256", text);
    DependencyStore::Hash h;
    std::memcpy(h.data(), hex.data(), h.size());
    return h;
}

std::string build_key(const Options& o, const std::vector<std::string>* load_path) {
    std::string key = fmt::format("version {}\n", WEFT_VERSION);
    if (auto self = Stamp::of("/proc/self/exe"))
        key += fmt::format("program {} {}\n", self->size, self->mtime);
    key += load_path ? "load-path " : "--include-path ";
    for (const std::string& d : load_path ? *load_path : o.include_path)
        key += d + ':';
    key += fmt::format(
        "\n--max-iteration {}\n--max-recursion {}\n--warnings {}\n--dialect {}\n--debug "
        "{}\n--debug-ns-include {}\n--debug-ns-exclude {}\n",
        o.max_iteration, o.max_recursion, int(o.warnings), int(o.dialect), int(o.debug),
        o.debug_include, o.debug_exclude);
    std::string data = o.initial_data;  // one line, whatever it is
    std::replace(data.begin(), data.end(), '\n', ' ');
    return key + "--initial-data " +
           (data == o.initial_data ? data : data + ' ' + digest_hex("SHA256", o.initial_data)) +
           '\n';
}

/// The first word of each line that differs.
static std::string difference(std::string_view before, std::string_view after) {
    auto a = lines(before), b = lines(after);
    for (size_t i = 0; i < std::min(a.size(), b.size()); i++)
        if (a[i] != b[i]) {
            std::string_view word = a[i].substr(0, a[i].find(' '));
            if (word == "version" || word == "program")
                return "panc itself is another than last time";
            if (word == "load-path")
                return "its load path is another than last time";
            return fmt::format("{} is another than last time", word);
        }
    return "it was made with other options";
}

// ---- bytes -------------------------------------------------------------------------------------

static constexpr std::string_view magic = "panc dependencies 1\n";

namespace {
/// Numbers in groups of seven bits, texts by their place in a table.
struct Writer {
    std::string out;
    std::vector<std::string_view> texts;
    std::unordered_map<std::string_view, uint32_t> places;

    void number(uint64_t n) {
        for (; n >= 0x80; n >>= 7)
            out += char(n | 0x80);
        out += char(n);
    }
    void text(std::string_view s) {
        auto [it, added] = places.try_emplace(s, uint32_t(texts.size()));
        if (added)
            texts.push_back(s);
        number(it->second);
    }
    void stamp(const Stamp& s) {
        for (int64_t n : {s.mtime, s.ctime, s.size, int64_t(s.inode)})
            number(uint64_t(n));
    }
};

struct Reader {
    std::string_view rest, name;
    std::vector<std::string_view> texts = {};

    [[noreturn]] void wrong() const {
        throw Error(exit_data, fmt::format("'{}' is damaged", name));
    }
    uint64_t number() {
        uint64_t n = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (rest.empty())
                wrong();
            auto c = static_cast<unsigned char>(rest[0]);
            rest.remove_prefix(1);
            n |= uint64_t(c & 0x7f) << shift;
            if (c < 0x80)
                return n;
        }
        wrong();
    }
    /// A number of things that take a byte each at least.
    size_t count() {
        uint64_t n = number();
        if (n > rest.size())
            wrong();
        return size_t(n);
    }
    size_t below(size_t limit) {
        uint64_t n = number();
        if (n >= limit)
            wrong();
        return size_t(n);
    }
    std::string_view bytes(size_t n) {
        if (n > rest.size())
            wrong();
        std::string_view s = rest.substr(0, n);
        rest.remove_prefix(n);
        return s;
    }
    std::string text() { return std::string(texts[below(texts.size())]); }
    Stamp stamp() {
        Stamp s;
        s.mtime = int64_t(number());
        s.ctime = int64_t(number());
        s.size = int64_t(number());
        s.inode = number();
        return s;
    }
};
}  // namespace

std::string DependencyStore::bytes() const {
    // Only what objects and given files still refer to.
    std::vector<int32_t> use_place(uses_.size(), -1), version_place(versions_.size(), -1);
    std::vector<const Use*> uses;
    std::vector<const Version*> versions;
    auto keep_version = [&](int32_t v) {
        if (v < 0 || version_place[size_t(v)] >= 0)
            return;
        version_place[size_t(v)] = int32_t(versions.size());
        versions.push_back(&versions_[size_t(v)]);
    };
    for (auto& [name, o] : objects_)
        for (uint32_t u : o.uses)
            if (use_place[u] < 0) {
                use_place[u] = int32_t(uses.size());
                uses.push_back(&uses_[u]);
                keep_version(uses_[u].version);
            }
    for (auto& [path, g] : given_)
        keep_version(g.version);
    std::vector<int32_t> key_place(keys_.size(), -1);
    std::vector<uint32_t> keys;
    auto keep_key = [&](uint32_t k) {
        if (key_place[k] < 0) {
            key_place[k] = int32_t(keys.size());
            keys.push_back(k);
        }
    };
    for (auto& [name, o] : objects_)
        keep_key(o.key);
    for (auto& [path, g] : given_)
        keep_key(g.key);

    Writer w;
    w.number(keys.size());
    for (uint32_t k : keys)
        w.text(keys_[k]);
    w.number(versions.size());
    for (const Version* v : versions) {
        w.text(v->path);
        w.out.append(v->hash.data(), v->hash.size());
        w.stamp(v->stamp);
        w.number(v->trusted);
    }
    w.number(uses.size());
    for (const Use* u : uses) {
        const Dependency& d = u->on;
        w.text(d.name);
        w.number(uint64_t(d.type) * 2 + d.read);
        w.text(d.root);
        w.text(d.path);
        w.text(d.object);
        w.number(d.before.size());
        for (const std::string& b : d.before)
            w.text(b);
        w.number(u->version < 0 ? 0 : uint64_t(version_place[size_t(u->version)]) + 1);
    }
    w.number(given_.size());
    for (auto& [path, g] : given_) {
        w.number(uint64_t(version_place[size_t(g.version)]));
        w.text(g.object);
        w.number(uint64_t(key_place[g.key]));
    }
    w.number(objects_.size());
    for (auto& [name, o] : objects_) {
        w.text(name);
        w.number(uint64_t(key_place[o.key]));
        w.number(o.uses.size());
        for (uint32_t u : o.uses)
            w.number(uint64_t(use_place[u]));
        w.number(o.with.size());
        for (const std::string& s : o.with)
            w.text(s);
        w.number(o.outputs.size());
        for (const Output& f : o.outputs) {
            w.text(f.format);
            w.text(f.path);
            w.stamp(f.stamp);
        }
    }
    Writer head;
    head.number(w.texts.size());
    for (std::string_view s : w.texts) {
        head.number(s.size());
        head.out += s;
    }
    std::string all = head.out + w.out;
    Hash sum = hash_of(all);
    return std::string(magic) + std::string(sum.data(), sum.size()) + all;
}

DependencyStore DependencyStore::read(std::string_view bytes, std::string_view name) {
    Reader r{bytes, name};
    if (!bytes.starts_with(magic))
        throw Error(exit_data, fmt::format("'{}' is no dependency store of this panc", name));
    r.bytes(magic.size());
    Hash sum;
    std::memcpy(sum.data(), r.bytes(sum.size()).data(), sum.size());
    if (hash_of(r.rest) != sum)
        r.wrong();
    return read_checked(r.rest, name);
}

DependencyStore DependencyStore::read_checked(std::string_view bytes, std::string_view name) {
    Reader r{bytes, name};
    DependencyStore s;
    r.texts.resize(r.count());
    for (std::string_view& t : r.texts)
        t = r.bytes(r.number());
    s.keys_.resize(r.count());
    for (std::string& k : s.keys_)
        k = r.text();
    s.versions_.resize(r.count());
    for (Version& v : s.versions_) {
        v.path = r.text();
        std::memcpy(v.hash.data(), r.bytes(v.hash.size()).data(), v.hash.size());
        v.stamp = r.stamp();
        v.trusted = r.below(2);
    }
    s.uses_.resize(r.count());
    for (Use& u : s.uses_) {
        Dependency& d = u.on;
        d.name = r.text();
        size_t type = r.below(2 * (size_t(Dependency::seen) + 1));
        d.type = Dependency::Type(type / 2);
        d.read = type % 2;
        d.root = r.text();
        d.path = r.text();
        d.object = r.text();
        d.before.resize(r.count());
        for (std::string& b : d.before)
            b = r.text();
        u.version = int32_t(r.below(s.versions_.size() + 1)) - 1;
    }
    for (size_t n = r.count(); n--;) {
        Given g{int32_t(r.below(s.versions_.size())), r.text(), uint32_t(r.below(s.keys_.size()))};
        s.given_[s.versions_[size_t(g.version)].path] = std::move(g);
    }
    for (size_t n = r.count(); n--;) {
        Object& o = s.objects_[r.text()];
        o.key = uint32_t(r.below(s.keys_.size()));
        o.uses.resize(r.count());
        for (uint32_t& u : o.uses)
            u = uint32_t(r.below(s.uses_.size()));
        o.with.resize(r.count());
        for (std::string& w : o.with)
            w = r.text();
        o.outputs.resize(r.count());
        for (Output& f : o.outputs) {
            f.format = r.text();
            f.path = r.text();
            f.stamp = r.stamp();
        }
    }
    if (!r.rest.empty())
        r.wrong();
    return s;
}

// ---- what is out of date -----------------------------------------------------------------------

void DependencyStore::ignore(const std::string& regex) {
    if (regex.empty())
        return;
    ignore_ = "(?:" + regex + ")\\z";
    try {
        (void)ignored("");  // a wrong expression is told at once
    } catch (const EvalFailure& f) {
        throw Error(exit_usage, f.message, {}, f.hint);
    }
}

bool DependencyStore::ignored(std::string_view name) const {
    if (ignore_.empty())
        return false;
    RegexMatch m;
    return Regex::get("--ignore-deps", ignore_)->search("--ignore-deps", name, 0, m) &&
           m.begin() == 0;
}

DependencyStore::Now& DependencyStore::now(const std::string& path) {
    auto [it, added] = now_.try_emplace(path);
    if (added)
        if (auto stamp = Stamp::of(path)) {
            it->second.there = true;
            it->second.stamp = *stamp;
        }
    return it->second;
}

/// Is there anything of this name? For many names in one folder the folder is read instead.
bool DependencyStore::there(const std::string& path) {
    size_t slash = path.rfind('/');
    Folder& f = folders_[path.substr(0, slash == std::string::npos ? 0 : slash + 1)];
    if (++f.asked < 8)
        return Stamp::of(path).has_value();
    if (f.asked == 8) {
        std::error_code no;
        for (auto at = std::filesystem::directory_iterator(
                 slash == std::string::npos ? "." : path.substr(0, slash + 1), no);
             !no && at != std::filesystem::directory_iterator(); at.increment(no))
            f.names.insert(at->path().filename());
        f.read =
            !no || no == std::errc::no_such_file_or_directory || no == std::errc::not_a_directory;
    }
    // A link may lead nowhere.
    return (!f.read || f.names.contains(path.substr(slash + 1))) && Stamp::of(path);
}

/// Is the file as it was?
bool DependencyStore::same(Version& v) {
    Now& n = now(v.path);
    if (!n.there)
        return false;
    if (v.trusted && n.stamp == v.stamp)
        return true;
    if (!n.hashed) {
        bool settled = n.stamp.settled();
        auto text = read_if_exists(v.path);
        if (!text)
            return false;
        n.hashed = true;
        n.settled = settled;
        n.hash = hash_of(*text);
    }
    if (n.hash != v.hash)
        return false;
    if (v.stamp != n.stamp || n.settled)
        changed_ = true;
    v.stamp = n.stamp;
    v.trusted = n.settled;
    return true;
}

const std::optional<std::string>& DependencyStore::judge(uint32_t use) {
    if (judged_.size() < uses_.size())
        judged_.resize(uses_.size());
    auto& [known, why] = judged_[use];
    if (known)
        return why;
    known = true;
    Use& u = uses_[use];
    const Dependency& d = u.on;
    if (ignored(d.name))
        return why;
    bool text = d.type == Dependency::text || d.type == Dependency::absent_text;
    std::string what = fmt::format("{} '{}'", text ? "the file" : "the template", d.name);
    for (const std::string& b : d.before)
        if (there(b))
            return why = fmt::format("{} is found {}: {}", what,
                                     d.path.empty() ? "now" : "earlier in the path now", b);
    if (d.path.empty())
        return why;
    if (!now(d.path).there)
        return why = fmt::format("{} has gone: {}", what, d.path);
    if (u.version >= 0 && !same(versions_[size_t(u.version)]))
        return why = fmt::format("{} has changed: {}", what, d.path);
    return why;
}

std::optional<std::string> DependencyStore::object_in(const std::string& path,
                                                      const std::string& key) {
    auto it = given_.find(path);
    if (it == given_.end() || keys_[it->second.key] != key ||
        !same(versions_[size_t(it->second.version)]))
        return std::nullopt;
    return it->second.object;
}

std::optional<std::string> DependencyStore::outdated(const std::string& object,
                                                     const std::string& key,
                                                     const std::vector<Output>& outputs) {
    auto it = objects_.find(object);
    if (it == objects_.end())
        return "nothing is known of an earlier build of it that succeeded";
    const Object& o = it->second;
    if (keys_[o.key] != key)
        return difference(keys_[o.key], key);
    for (uint32_t u : o.uses)
        if (auto& why = judge(u))
            return why;
    for (const Output& want : outputs) {
        auto had = std::find_if(o.outputs.begin(), o.outputs.end(), [&](auto& f) {
            return f.format == want.format && f.path == want.path;
        });
        if (had == o.outputs.end())
            return fmt::format("it was not made in the format {} last time", want.format);
        auto stamp = Stamp::of(want.path);
        if (!stamp)
            return fmt::format("its file is missing: {}", want.path);
        if (*stamp != had->stamp)
            return fmt::format("its file was changed by somebody else: {}", want.path);
    }
    return std::nullopt;
}

std::string DependencyStore::file_of(const std::string& object) const {
    auto it = objects_.find(object);
    if (it != objects_.end())
        for (uint32_t u : it->second.uses)
            if (const Dependency& d = uses_[u].on;
                d.name == object && (d.type == Dependency::pan || d.type == Dependency::tpl))
                return d.path;
    return {};
}

std::vector<std::string> DependencyStore::built_with(const std::string& object) const {
    auto it = objects_.find(object);
    return it == objects_.end() ? std::vector<std::string>{} : it->second.with;
}

// ---- what was built ----------------------------------------------------------------------------

void DependencyStore::index() {
    if (std::exchange(indexed_, true))
        return;
    for (uint32_t i = 0; i < versions_.size(); i++)
        version_numbers_.try_emplace({versions_[i].path, versions_[i].hash}, i);
    for (uint32_t i = 0; i < uses_.size(); i++)
        use_numbers_.try_emplace({uses_[i].on, uses_[i].version}, i);
}

uint32_t DependencyStore::key(const std::string& k) {
    auto it = std::find(keys_.begin(), keys_.end(), k);
    if (it == keys_.end())
        it = keys_.insert(it, k);
    return uint32_t(it - keys_.begin());
}

uint32_t DependencyStore::version(const Version& v) {
    index();
    auto [it, added] = version_numbers_.try_emplace({v.path, v.hash}, uint32_t(versions_.size()));
    if (added)
        versions_.push_back(v);
    else
        versions_[it->second] = v;
    return it->second;
}

uint32_t DependencyStore::use(const Dependency& d, int32_t version) {
    index();
    auto [it, added] = use_numbers_.try_emplace({d, version}, uint32_t(uses_.size()));
    if (added)
        uses_.push_back({d, version});
    return it->second;
}

/// The version this run read; nothing when it read none.
std::optional<uint32_t> DependencyStore::version_of(const std::string& path, DiskSource& disk) {
    if (auto it = fresh_.find(path); it != fresh_.end())
        return it->second;
    auto seen = disk.seen(path);
    if (!seen)
        return std::nullopt;
    return fresh_[path] = version({path, hash_of(*seen->text), seen->stamp, seen->settled});
}

void DependencyStore::put(const Result& r, const std::string& key, std::vector<Output> outputs,
                          DiskSource& disk) {
    Object o{.key = this->key(key), .outputs = std::move(outputs)};
    o.uses.reserve(r.dependencies.size());
    std::set<std::string> with(r.references.begin(), r.references.end());
    for (const Dependency* d : r.dependencies) {
        auto [it, added] = of_this_run_.try_emplace(d);
        if (added) {
            std::optional<uint32_t> v;
            if (d->read && !d->path.empty()) {
                v = version_of(d->path, disk);
                // Read by nobody in this run, though it matters: looked at again the next time.
                if (!v)
                    v = version({d->path, Hash{}, {}, false});
            }
            it->second = use(*d, v ? int32_t(*v) : -1);
        }
        o.uses.push_back(it->second);
        if (!d->object.empty())
            with.insert(d->object);
    }
    with.erase(r.name);
    o.with.assign(with.begin(), with.end());
    objects_[r.name] = std::move(o);
    touched_objects_.insert(r.name);
    changed_ = true;
}

void DependencyStore::forget(const std::string& object) {
    changed_ |= objects_.erase(object) > 0;
    touched_objects_.insert(object);
}

void DependencyStore::put_file(const std::string& path, const std::string& object,
                               const std::string& key, DiskSource& disk) {
    auto v = version_of(path, disk);
    if (!v)
        return;
    given_[path] = {int32_t(*v), object, this->key(key)};
    touched_files_.insert(path);
    changed_ = true;
}

void DependencyStore::merge(const DependencyStore& theirs) {
    auto take = [&](int32_t v) {
        return v < 0 ? -1 : int32_t(version(theirs.versions_[size_t(v)]));
    };
    std::erase_if(objects_, [&](auto& o) { return !touched_objects_.contains(o.first); });
    for (auto& [name, o] : theirs.objects_) {
        if (touched_objects_.contains(name))
            continue;
        Object copy = o;
        copy.key = key(theirs.keys_[o.key]);
        for (uint32_t& u : copy.uses)
            u = use(theirs.uses_[u].on, take(theirs.uses_[u].version));
        objects_[name] = std::move(copy);
    }
    for (auto& [path, g] : theirs.given_)
        if (!touched_files_.contains(path))
            given_[path] = {take(g.version), g.object, key(theirs.keys_[g.key])};
}

void DependencyStore::prune() {
    std::erase_if(objects_, [&](auto& o) {
        if (touched_objects_.contains(o.first))
            return false;
        std::string file = file_of(o.first);
        return file.empty() || !now(file).there;
    });
    std::erase_if(given_, [&](auto& g) { return !now(g.first).there; });
}

}  // namespace weft::compiler
