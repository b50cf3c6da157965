// Look-ups in the two databases of a cached profile, and which profile is current.
#include "ncm/cache.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/base64.hh"
#include "base/error.hh"
#include "base/wrap/dbhash.hh"
#include "ncm/cdbfile.hh"
#include "ncm/secrets.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

int cid_age(int cid, int from) { return ((from - cid) % cid_modulus + cid_modulus) % cid_modulus; }

/// One database, whichever of the two formats its .fmt file names.
struct Configuration::Db {
    std::optional<CdbReader> cdb;
    std::optional<HashFile> hash;

    static std::unique_ptr<Db> open(const std::string& base) {
        auto db = std::make_unique<Db>();
        std::string format = read_if_exists(base + ".fmt", 64).value_or("DB_File\n");
        while (format.ends_with('\n'))
            format.pop_back();
        if (format == "CDB_File")
            db->cdb.emplace(base + ".db");
        else if (format == "DB_File")
            db->hash.emplace(HashFile::open(base + ".db"));
        else
            throw Error(
                exit_data,
                "'" + base + ".fmt' names the format '" + format + "', which cannot be read", {},
                "CDB_File and DB_File can");
        return db;
    }
    /// The value; lives in the mapped file or in `room`.
    std::optional<std::string_view> get(std::string_view key, std::string& room) const {
        if (cdb)
            return cdb->get(key);
        auto v = hash->get(key);
        if (!v)
            return std::nullopt;
        room = std::move(*v);
        return room;
    }
    void each(const std::function<void(std::string_view, std::string_view)>& f) const {
        if (cdb)
            cdb->each(f);
        else
            hash->each(f);
    }
};

static uint32_t number(std::string_view four) {
    uint32_t n;
    memcpy(&n, four.data(), 4);
    return n;
}

Configuration::Configuration(std::string dir, int cid) : dir_(std::move(dir)), cid_(cid) {
    path2eid_ = Db::open(dir_ + "/path2eid");
    eid2data_ = Db::open(dir_ + "/eid2data");
    if (std::string file = dir_ + "/secrets"; ::access(file.c_str(), R_OK) == 0)
        for (auto& [path, value] : read_secrets(read_file(file), file))
            if (auto e = eid(path))
                secrets_.emplace(*e, std::pair(path, value));
}
Configuration::Configuration(Configuration&& o) noexcept = default;
Configuration& Configuration::operator=(Configuration&& o) noexcept {
    std::swap(dir_, o.dir_);
    std::swap(cid_, o.cid_);
    std::swap(path2eid_, o.path2eid_);
    std::swap(eid2data_, o.eid2data_);
    std::swap(secrets_, o.secrets_);
    std::swap(held_, o.held_);
    std::swap(held_name_, o.held_name_);
    return *this;
}
Configuration::~Configuration() {
    if (held_)
        ::unlink(held_name_.c_str());
}

bool Configuration::hold() {
    if (held_)
        return true;
    std::string name = fmt::format("{}/ccm-active-profile.{}-{}", dir_, cid_, getpid());
    Fd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd || flock(fd.get(), LOCK_SH | LOCK_NB))
        return false;
    held_ = std::move(fd);
    held_name_ = std::move(name);
    return true;
}

std::optional<uint32_t> Configuration::eid(std::string_view path) const {
    if (!path.starts_with('/'))
        throw Error(exit_data, fmt::format("the path '{}' does not begin with '/'", path));
    std::string made, room;
    if (path.find('{') != std::string_view::npos)
        path = made = Path::parse(path).text();
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    auto v = path2eid_->get(path, room);
    if (!v)
        return std::nullopt;
    if (v->size() != 4)
        throw Error(exit_data,
                    fmt::format("'{}/path2eid.db' is damaged: '{}' has no number", dir_, path));
    return number(*v);
}

std::optional<std::string_view> Configuration::data(int kind, uint32_t eid,
                                                    std::string& room) const {
    if (kind == 0 && !secrets_.empty())
        if (auto s = secrets_.find(eid); s != secrets_.end())
            return s->second.second;
    uint32_t key = uint32_t(kind) << 28 | eid;
    return eid2data_->get({reinterpret_cast<const char*>(&key), 4}, room);
}

std::string Configuration::need(int kind, uint32_t eid) const {
    std::string room;
    auto v = data(kind, eid, room);
    if (!v)
        throw Error(exit_data, fmt::format("'{}/eid2data.db' is damaged: nothing about element {}",
                                           dir_, eid));
    return std::string(*v);
}

static std::vector<std::string_view> names(std::string_view joined) {
    std::vector<std::string_view> out;
    if (joined.empty())
        return out;
    for (size_t at = 0;;) {
        size_t end = joined.find('\0', at);
        out.push_back(joined.substr(at, end - at));
        if (end == std::string_view::npos)
            return out;
        at = end + 1;
    }
}

static bool is_list(std::string_view type) { return type == "list"; }
static bool is_dict(std::string_view type) {
    return type == "nlist" || type == "link" || type == "table" || type == "record";
}

static Element property(std::string_view type, std::string_view text) {
    if (type == "boolean")
        return Element::of_boolean(text == "true");
    if (type == "long") {
        int64_t n = 0;
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (ec == std::errc() && end == text.data() + text.size())
            return Element::of_long(n);
    }
    if (type == "double") {
        double d = 0;
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), d);
        if (ec == std::errc() && end == text.data() + text.size())
            return Element::of_double(d);
    }
    return Element::of_string(text);
}

/// Elements are numbered parents first, children in order: the tree below one is a run of numbers.
Element Configuration::load(uint32_t eid) const {
    struct Open {
        Element e;
        std::vector<std::string> children;
        size_t next = 0;
    };
    std::vector<Open> open;
    std::string type_room, value_room;
    for (;; eid++) {
        auto type = data(1, eid, type_room), value = data(0, eid, value_room);
        if (!type || !value)
            throw Error(
                exit_data,
                fmt::format("'{}/eid2data.db' is damaged: nothing about element {}", dir_, eid));
        Element done;
        if (is_list(*type) || is_dict(*type)) {
            Open o{is_list(*type) ? Element::new_list() : Element::new_dict(), {}, 0};
            for (std::string_view n : names(*value))
                o.children.emplace_back(n);
            if (is_list(*type))
                o.e.list_ref().reserve(o.children.size());
            else
                o.e.dict_ref().reserve(o.children.size());
            if (!o.children.empty()) {
                open.push_back(std::move(o));
                continue;
            }
            done = std::move(o.e);
        } else {
            done = property(*type, *value);
        }
        for (;;) {  // hand it to its parent; a full parent is handed on
            if (open.empty())
                return done;
            Open& up = open.back();
            if (up.e.is(Kind::list))
                up.e.list_ref().push_back(std::move(done));
            else
                up.e.dict_ref().at(Key(up.children[up.next])) = std::move(done);
            if (++up.next < up.children.size())
                break;
            done = std::move(up.e);
            open.pop_back();
        }
    }
}

bool Configuration::exists(std::string_view path) const { return eid(path).has_value(); }

std::optional<Element> Configuration::tree(std::string_view path) const {
    auto e = eid(path);
    if (!e)
        return std::nullopt;
    return load(*e);
}

std::optional<std::string> Configuration::type(std::string_view path) const {
    auto e = eid(path);
    if (!e)
        return std::nullopt;
    return need(1, *e);
}

std::optional<std::string> Configuration::value(std::string_view path) const {
    auto e = eid(path);
    if (!e)
        return std::nullopt;
    std::string t = need(1, *e);
    if (is_list(t) || is_dict(t))
        return std::nullopt;
    return need(0, *e);
}

std::optional<std::string> Configuration::checksum(std::string_view path) const {
    auto e = eid(path);
    if (!e)
        return std::nullopt;
    return need(2, *e);
}

std::vector<std::string> Configuration::children(std::string_view path) const {
    auto e = eid(path);
    if (!e)
        return {};
    std::string t = need(1, *e);
    if (!is_list(t) && !is_dict(t))
        return {};
    std::string v = need(0, *e);
    std::vector<std::string> out;
    for (std::string_view n : names(v))
        out.emplace_back(n);
    return out;
}

std::string Configuration::url() const {
    std::string u = read_if_exists(dir_ + "/profile.url", 1 << 16).value_or("");
    while (u.ends_with('\n'))
        u.pop_back();
    return u;
}

std::optional<std::string> Configuration::origins() const {
    return read_if_exists(dir_ + "/origins");
}

bool Configuration::has_secrets() const { return ::access((dir_ + "/secrets").c_str(), F_OK) == 0; }

std::map<std::string, std::string> Configuration::secrets() const {
    std::map<std::string, std::string> found;
    for (auto& [eid, s] : secrets_)
        found.insert(s);
    return found;
}

std::vector<Configuration::Record> Configuration::records() const {
    std::vector<Record> out;
    path2eid_->each([&](std::string_view path, std::string_view v) {
        if (v.size() == 4)
            out.push_back({std::string(path), number(v), "", "", ""});
    });
    std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.eid < b.eid; });
    for (Record& r : out) {
        r.value = need(0, r.eid);
        r.type = need(1, r.eid);
        r.checksum = need(2, r.eid);
    }
    return out;
}

void walk(const Element& root, const std::function<void(const std::string&, const Element&)>& f) {
    struct At {
        const Element* e;
        size_t next, length;
    };
    std::string path;
    std::vector<At> open;
    f("/", root);
    if (root.is_resource())
        open.push_back({&root, 0, 0});
    while (!open.empty()) {
        At& top = open.back();
        path.resize(top.length);
        if (top.next == top.e->size()) {
            open.pop_back();
            continue;
        }
        size_t i = top.next++;
        const Element& child = top.e->child(i);
        path += '/';
        if (top.e->is(Kind::list))
            path += std::to_string(i);
        else
            path += top.e->dict()[i].key.view();
        f(path, child);
        if (child.is_resource())
            open.push_back({&child, 0, path.size()});
    }
}

std::optional<int> read_cid(const std::string& file) {
    auto text = read_if_exists(file, 64);
    if (!text)
        return std::nullopt;
    std::string_view t = *text;
    if (t.ends_with('\n'))
        t.remove_suffix(1);
    int n = -1;
    auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), n);
    if (ec != std::errc() || end != t.data() + t.size() || n < 0)
        throw Error(exit_data, fmt::format("'{}' holds no configuration id", file), {},
                    "ccm-fetch --force makes the cache whole again");
    return n;
}

std::string data_name(std::string_view url) {
    std::string name = base64_encode(url, 0);
    std::replace(name.begin(), name.end(), '/', '_');
    return name;
}

CacheManager::CacheManager(std::string root) : root_(std::move(root)) {
    std::error_code ec;
    bool whole = fs::is_directory(root_ + "/data", ec);
    for (const char* f : {"global.lock", "current.cid", "latest.cid"})
        whole = whole && ::access((root_ + "/" + f).c_str(), R_OK) == 0;
    if (!whole)
        throw Error(exit_io, "no profile cache in '" + root_ + "'", {},
                    "ccm-fetch makes one; or its files may not be read by you");
}

int CacheManager::current() const { return read_cid(root_ + "/current.cid").value_or(0); }
int CacheManager::latest() const { return read_cid(root_ + "/latest.cid").value_or(0); }
bool globally_locked(const std::string& root) {
    return read_if_exists(root + "/global.lock", 64).value_or("").starts_with("yes");
}

std::vector<int> CacheManager::cids() const {
    std::vector<int> out;
    std::error_code ec;
    for (auto& entry : fs::directory_iterator(root_, ec)) {
        std::string name = entry.path().filename();
        if (!name.starts_with("profile."))
            continue;
        int n = -1;
        const char* end = name.data() + name.size();
        auto r = std::from_chars(name.data() + 8, end, n);
        if (r.ec == std::errc() && r.ptr == end && n >= 0)
            out.push_back(n);
    }
    int newest = latest();
    std::sort(out.begin(), out.end(),
              [&](int a, int b) { return cid_age(a, newest) < cid_age(b, newest); });
    return out;
}

int CacheManager::resolve(std::string_view word) const {
    if (word.empty() || word == "current")
        return current();
    if (word == "latest" || word == "-")
        return latest();
    bool back = word.starts_with('-');
    std::string_view digits = word.substr(back);
    int n = -1;
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (ec != std::errc() || end != digits.data() + digits.size() || n < 0)
        throw Error(exit_usage, fmt::format("'{}' is no configuration id", word), {},
                    "current, latest, a number, or -1 for the one before the latest");
    if (!back)
        return n;
    auto all = cids();
    if (size_t(n) >= all.size())
        throw Error(exit_data, fmt::format("there are only {} profiles in the cache", all.size()));
    return all[size_t(n)];
}

std::string CacheManager::profile_dir(int cid) const {
    return fmt::format("{}/profile.{}", root_, cid);
}

Configuration CacheManager::configuration(std::string_view word) const {
    // Between our reading of current.cid and our opening of the files, a fetch and a purge may
    // pass.
    for (int tries = 0;; tries++) {
        int cid = resolve(word);
        try {
            return Configuration(profile_dir(cid), cid);
        } catch (Error& e) {
            if (tries < 10 && resolve(word) != cid)
                continue;
            if (::access(profile_dir(cid).c_str(), F_OK)) {
                bool any = !cids().empty();
                throw Error(exit_io,
                            any ? fmt::format("there is no profile {} in the cache", cid)
                                : "there is no profile in the cache yet",
                            {}, any ? "'ccm history' lists them" : "ccm-fetch brings one");
            }
            throw std::move(e).while_doing(fmt::format("opening the cached profile {}", cid));
        }
    }
}

}  // namespace weft::ncm
