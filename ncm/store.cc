// Everything is written and synced in tmp/, then renamed to profile.N: what has that name is whole.
#include "ncm/store.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <set>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/dbhash.hh"
#include "ncm/cdbfile.hh"
#include "ncm/secrets.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

static void make_dir(const std::string& path, const Readability& r) {
    make_dirs(path, r.dir);
    struct stat st {};
    if (stat(path.c_str(), &st))
        throw system_error("cannot examine '" + path + "'");
    if ((st.st_mode & 07777) != r.dir && chmod(path.c_str(), r.dir))
        throw system_error("cannot change the mode of '" + path + "'");
    if (r.group && *r.group != st.st_gid && chown(path.c_str(), uid_t(-1), *r.group))
        throw system_error("cannot change the group of '" + path + "'");
}

static FileAttributes attributes(const Readability& r) {
    FileAttributes a;
    a.mode = r.file;
    a.group = r.group;
    return a;
}

void make_cache(const std::string& root, const Readability& r) {
    make_dir(root, r);
    make_dir(root + "/data", r);
    make_dir(root + "/tmp", r);
    for (auto [name, text] : {std::pair("global.lock", "no\n"), std::pair("current.cid", "0\n"),
                              std::pair("latest.cid", "0\n")})
        if (std::string path = root + "/" + name; ::access(path.c_str(), F_OK))
            write_file(path, text, attributes(r));
}

std::string completion_list(const Element& root) {
    std::string out;
    walk(root, [&](const std::string& path, const Element& e) {
        out += path;
        if (e.is_resource() && path != "/")
            out += '/';
        out += '\n';
    });
    return out;
}

/// A new file in a folder nobody looks into yet: no rename needed. The caller syncs.
static void put(const std::string& path, std::string_view text, const Readability& r) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, r.file));
    if (!fd)
        throw system_error("cannot create '" + path + "'");
    while (!text.empty()) {
        ssize_t n = ::write(fd.get(), text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error("cannot write '" + path + "'");
        text.remove_prefix(size_t(n));
    }
}

static void sync_path(const std::string& path, int how) {
    Fd fd(::open(path.c_str(), how | O_CLOEXEC));
    if (!fd || fsync(fd.get()))
        throw system_error("cannot write '" + path + "' to disk");
}

namespace {

/// The pairs of one database, in either format.
class DbWriter {
public:
    DbWriter(const std::string& base, const std::string& format, const Readability& r)
        : base_(base), format_(format), r_(r) {
        if (format == "DB_File")
            hash_.emplace(HashFile::create(base + ".db"));
    }
    void add(std::string_view key, std::string_view value) {
        if (hash_)
            hash_->put(key, value);
        else
            cdb_.add(key, value);
    }
    void finish() {
        if (hash_) {
            hash_->sync();
            hash_.reset();
        } else
            put(base_ + ".db", cdb_.finish(), r_);
        put(base_ + ".fmt", format_ + "\n", r_);
    }

private:
    std::string base_, format_;
    const Readability& r_;
    CdbWriter cdb_;
    std::optional<HashFile> hash_;
};

/// A folder that goes away unless it was renamed.
struct Building {
    std::string path;
    ~Building() {
        std::error_code ec;
        if (!path.empty())
            fs::remove_all(path, ec);
    }
};

std::string_view bytes_of(const uint32_t& n) {
    return {reinterpret_cast<const char*>(&n), sizeof n};
}

}  // namespace

/// The sums are those of `summed`, which differs from the tree only in its secrets.
static void write_databases(const std::string& dir, const Element& tree, const Element& summed,
                            const std::map<std::string, std::string>& secrets,
                            const std::string& format, const Readability& r) {
    DbWriter path2eid(dir + "/path2eid", format, r), eid2data(dir + "/eid2data", format, r);
    auto sums = checksums(summed);
    if (sums.size() >= 1u << 28)
        throw Error(exit_data, "a profile cannot have more than 268435455 elements");
    uint32_t eid = 0;
    std::string value;
    walk(tree, [&](const std::string& path, const Element& e) {
        path2eid.add(path, bytes_of(eid));
        value.clear();
        if (e.is(Kind::list)) {
            for (size_t i = 0; i < e.size(); i++)
                value += (i ? std::string(1, '\0') : "") + std::to_string(i);
        } else if (e.is(Kind::dict)) {
            for (size_t i = 0; i < e.size(); i++) {
                if (i)
                    value += '\0';
                value += e.dict()[i].key.view();
            }
        } else if (secrets.contains(path)) {
            value = hidden_value;
        } else {
            append_text(value, e);
        }
        uint32_t keys[] = {eid, 1u << 28 | eid, 2u << 28 | eid};
        eid2data.add(bytes_of(keys[0]), value);
        eid2data.add(bytes_of(keys[1]), kind_name(e.kind()));
        eid2data.add(bytes_of(keys[2]), {sums[eid].data(), sums[eid].size()});
        eid++;
    });
    path2eid.finish();
    eid2data.finish();
}

int store_profile(const std::string& root, const Element& tree, const Download& d,
                  const std::string& format, const Readability& r, bool tabcompletion, bool apart) {
    int latest = 0;
    try {
        latest = read_cid(root + "/latest.cid").value_or(0);
    } catch (const Error&) {
        // damaged: counting starts anew, past the numbers that are taken
    }
    int cid = latest;
    do {
        cid = (cid + 1) % cid_modulus;
        if (cid == latest)
            throw Error(exit_try_later, "all configuration ids are in use in '" + root + "'", {},
                        "run ccm-purge");
    } while (fs::exists(fmt::format("{}/profile.{}", root, cid)));

    Building building{fmt::format("{}/tmp/profile.{}.{}", root, cid, getpid())};
    const std::string& dir = building.path;
    std::string home = fmt::format("{}/profile.{}", root, cid);
    std::map<std::string, std::string> secrets;
    if (apart)
        secrets = secrets_of(tree);
    // The body has the secrets too.
    auto mode_of = [&](std::string_view name) {
        return !secrets.empty() && (name == "profile" || name == "secrets") ? 0600 : r.file;
    };
    std::error_code ec;
    fs::remove_all(dir, ec);
    mode_t mask = umask(0);
    struct Restore {
        mode_t m;
        ~Restore() { umask(m); }
    } restore{mask};
    make_dir(dir, r);
    put(dir + "/profile.url", d.url + "\n", r);
    put(dir + "/profile", d.body, {.dir = r.dir, .file = mode_of("profile"), .group = r.group});
    if (symlink((home + "/profile").c_str(), (dir + "/profile.xml").c_str()))
        throw system_error("cannot make '" + dir + "/profile.xml'");
    if (d.origins)
        put(dir + "/origins", *d.origins, r);
    if (!d.signature.empty())
        put(dir + "/signature", d.signature, r);
    std::string fetched;
    Element note = Element::new_dict();
    note.dict_ref().at(Key("from")) = Element::of_string(d.from);
    note.dict_ref().at(Key("fetched")) = Element::of_long(::time(nullptr));
    note.dict_ref().at(Key("modified")) = Element::of_long(d.modified);
    note.dict_ref().at(Key("revision")) = Element::of_long(d.revision);
    if (d.signed_at)
        note.dict_ref().at(Key("signed")) = Element::of_long(d.signed_at);
    note.dict_ref().at(Key("etag")) = Element::of_string(d.etag);
    write_json(note, fetched, {.ascii_only = true, .one_line = true});
    put(dir + "/fetched", fetched + "\n", r);
    if (secrets.empty()) {
        write_databases(dir, tree, tree, secrets, format, r);
    } else {
        put(dir + "/secrets", write_secrets(secrets), {.dir = r.dir, .file = 0600, .group = {}});
        write_databases(dir, tree, sealed(tree, secrets, secret_key(root, true)), secrets, format,
                        r);
    }
    if (tabcompletion)
        put(dir + "/tabcompletion", completion_list(tree), r);
    for (auto& f : fs::directory_iterator(dir)) {
        if (f.is_symlink())
            continue;
        if (chmod(f.path().c_str(), mode_of(f.path().filename().string())) ||
            (r.group && chown(f.path().c_str(), uid_t(-1), *r.group)))
            throw system_error("cannot change the mode of '" + f.path().string() + "'");
        sync_path(f.path(), O_RDONLY);
    }
    sync_path(dir, O_RDONLY | O_DIRECTORY);
    if (::rename(dir.c_str(), home.c_str()))
        throw system_error("cannot rename '" + dir + "' to '" + home + "'");
    building.path.clear();
    sync_path(root, O_RDONLY | O_DIRECTORY);

    write_file(root + "/latest.cid", fmt::format("{}\n", cid), attributes(r));
    activate(root, cid, r);
    return cid;
}

void activate(const std::string& root, int cid, const Readability& r) {
    if (!pinned(root) && !globally_locked(root))
        write_file(root + "/current.cid", fmt::format("{}\n", cid), attributes(r));
}

void remember_download(const std::string& root, const Download& d, const Readability& r) {
    std::string file = root + "/data/" + data_name(d.url);
    FileAttributes a = attributes(r);
    a.mode = 0600;  // nobody but the next fetch reads it, and it has the secrets
    a.mtime = d.modified ? d.modified : ::time(nullptr);
    if (remembered_etag(root, d.url) != d.etag)
        ::unlink((file + ".etag").c_str());  // first: it is not this body's
    write_file(file, d.body, a);
    if (!d.etag.empty())
        write_file(file + ".etag", d.etag + "\n", attributes(r));
}

std::string remembered_etag(const std::string& root, const std::string& url) {
    std::string e =
        read_if_exists(root + "/data/" + data_name(url) + ".etag", 1 << 12).value_or("");
    while (e.ends_with('\n'))
        e.pop_back();
    return e;
}

FetchNote fetch_note(const std::string& dir) {
    FetchNote n;
    auto text = read_if_exists(dir + "/fetched", 1 << 16);
    if (!text)
        return n;
    Element e = parse_json(*text, dir + "/fetched");
    if (const Element* v = e.find(Term(Key("from"))); v && v->is(Kind::string))
        n.from = v->string();
    if (const Element* v = e.find(Term(Key("etag"))); v && v->is(Kind::string))
        n.etag = v->string();
    if (const Element* v = e.find(Term(Key("revision"))); v && v->is(Kind::long_))
        n.revision = v->long_value();
    if (const Element* v = e.find(Term(Key("signed"))); v && v->is(Kind::long_))
        n.signed_at = v->long_value();
    return n;
}

std::optional<int> pinned(const std::string& root) { return read_cid(root + "/pinned.cid"); }

/// Error(75) while somebody keeps the current profile where it is.
static void must_not_be_locked(const CacheManager& m) {
    if (globally_locked(m.root()))
        throw Error(exit_try_later,
                    fmt::format("the cache is locked: '{}/global.lock' says yes", m.root()), {},
                    "whoever wrote it there has to write no");
}

void pin(const CacheManager& m, int cid) {
    must_not_be_locked(m);
    Configuration whole(m.profile_dir(cid), cid);
    std::string number = fmt::format("{}\n", cid);
    write_file(m.root() + "/pinned.cid",
               number);  // first: a fetch between the two writes must not undo the second
    write_file(m.root() + "/current.cid", number);
}

void unpin(const CacheManager& m) {
    must_not_be_locked(m);
    ::unlink((m.root() + "/pinned.cid").c_str());
    write_file(m.root() + "/current.cid", fmt::format("{}\n", m.latest()));
}

// ---- purge

/// Is any process still using this profile? Files of processes that are gone are removed.
static bool in_use(const std::string& dir, bool noaction) {
    bool used = false;
    for (auto& f : fs::directory_iterator(dir)) {
        std::string name = f.path().filename();
        size_t dash = name.rfind('-');
        if (!name.starts_with("ccm-active-profile.") || dash == std::string::npos)
            continue;
        Fd fd(::open(f.path().c_str(), O_RDONLY | O_CLOEXEC));
        bool held = fd && flock(fd.get(), LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
        long pid = 0;
        std::from_chars(name.data() + dash + 1, name.data() + name.size(), pid);
        // Readers of the historic tools do not lock the file: for them the process must be gone.
        bool alive = pid > 0 && (kill(pid_t(pid), 0) == 0 || errno == EPERM);
        if (held || alive)
            used = true;
        else if (!noaction)
            ::unlink(f.path().c_str());
    }
    return used;
}

PurgeResult purge(const CacheManager& m, long keep_old, double purge_time, const Log& log,
                  bool noaction) {
    PurgeResult result;
    int current = m.current(), latest = m.latest();
    auto pin_of = pinned(m.root());
    time_t now = ::time(nullptr);
    std::set<std::string> bodies;
    for (int cid : m.cids()) {
        std::string dir = m.profile_dir(cid);
        struct stat st {};
        if (stat(dir.c_str(), &st))
            continue;
        bool keep =
            cid == current || cid == latest || cid == pin_of || cid_age(cid, current) <= keep_old;
        if (keep || double(now - st.st_mtime) < purge_time || in_use(dir, noaction)) {
            std::string url = read_if_exists(dir + "/profile.url", 1 << 16).value_or("");
            while (url.ends_with('\n'))
                url.pop_back();
            bodies.insert(data_name(url));
            continue;
        }
        log.info("{} profile {}", noaction ? "would remove" : "removing", cid);
        result.profiles++;
        if (noaction)
            continue;
        // Out of sight first: a reader never finds half of one.
        std::string aside = fmt::format("{}/tmp/purged.{}.{}", m.root(), cid, getpid());
        if (::rename(dir.c_str(), aside.c_str()))
            throw system_error("cannot remove '" + dir + "'");
        fs::remove_all(aside);
    }
    for (auto& f : fs::directory_iterator(m.root() + "/data")) {
        std::string name = f.path().filename();
        if (name.ends_with(".etag"))
            name.resize(name.size() - 5);
        if (bodies.contains(name))
            continue;
        result.bodies++;
        if (!noaction)
            fs::remove(f.path());
    }
    for (auto& f : fs::directory_iterator(m.root() + "/tmp")) {
        struct stat st {};
        if (lstat(f.path().c_str(), &st) == 0 && double(now - st.st_mtime) >= purge_time &&
            !noaction)
            fs::remove_all(f.path());
    }
    return result;
}

}  // namespace weft::ncm
