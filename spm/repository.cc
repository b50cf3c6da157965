// Metadata of repositories: fetched with the same care as packages, turned into libsolv's index
// once, used until it is old.
#include "spm/repository.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/wrap/digest.hh"
#include "spm/fetcher.hh"
#include "spm/keys.hh"
#include "spm/modules.hh"
#include "spm/packager/dpkg.hh"

namespace weft::spm {

namespace fs = std::filesystem;

std::string Repository::base(const Protocol& p) const {
    std::string url = p.url;
    while (url.ends_with('/'))
        url.pop_back();
    return snapshot.empty() ? url : url + "/" + snapshot;
}

std::string Repository::trust(Format f) const {
    bool signed_ = repo_gpgcheck || (gpgcheck && f == Format::deb);
    std::string text = signed_ ? "signed" : "any";
    if (signed_)
        for (auto& k : gpgkeys)
            text += "," + k;
    return text;
}

namespace {

/// Typed access to one object of the list, with complaints that name the place.
struct Reader {
    const Element& e;
    std::string at;
    const std::string& file;

    Error wrong(std::string_view key, std::string_view what) const {
        return Error(exit_data, fmt::format("{}/{} is no {}", at, key, what), {file});
    }
    const Element* find(const char* key, Kind kind, const char* what) const {
        const Element* x = e.dict().find(Key(key));
        if (x && x->is(Kind::null))
            return nullptr;
        if (x && !x->is(kind))
            throw wrong(key, what);
        return x;
    }
    std::string text(const char* key) const {
        auto* x = find(key, Kind::string, "string");
        return x ? std::string(x->string()) : "";
    }
    bool yes(const char* key, bool fallback) const {
        auto* x = find(key, Kind::boolean, "boolean");
        return x ? x->boolean() : fallback;
    }
    long number(const char* key, long fallback) const {
        auto* x = find(key, Kind::long_, "whole number");
        return x ? x->long_value() : fallback;
    }
    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> out;
        if (auto* x = find(key, Kind::list, "list"))
            for (auto& s : x->list()) {
                if (!s.is(Kind::string))
                    throw wrong(key, "list of strings");
                out.emplace_back(s.string());
            }
        return out;
    }
};

}  // namespace

std::vector<Repository> parse_repositories(std::string_view text, const std::string& file,
                                           const Say& say) {
    Element root = parse_json(text, file);
    const Element* list = root.is(Kind::dict) ? root.find("/repositories") : &root;
    if (!list || !list->is(Kind::list))
        throw Error(exit_data, "repositories are a list, or an object with the list 'repositories'",
                    {file});
    std::vector<Repository> out;
    for (size_t i = 0; i < list->list().size(); i++) {
        const Element& e = list->list()[i];
        Reader r{e, fmt::format("/{}", i), file};
        if (!e.is(Kind::dict))
            throw Error(exit_data, fmt::format("/{} is no object", i), {file});
        Repository p;
        p.name = r.text("name");
        if (p.name.empty() || p.name.find('/') != std::string::npos || p.name.starts_with('.'))
            throw Error(exit_data, fmt::format("/{}/name cannot be '{}'", i, p.name), {file},
                        "a name is one that a folder can have");
        p.enabled = r.yes("enabled", true);
        p.skip_if_unavailable = r.yes("skip_if_unavailable", false);
        if (r.find("priority", Kind::long_, "whole number"))
            p.chosen_priority = int(r.number("priority", 99));
        p.proxy = r.text("proxy");
        p.snapshot = r.text("snapshot");
        p.suite = r.text("suite");
        p.sections = r.texts("sections");
        p.filter = {r.texts("includepkgs"), r.texts("excludepkgs")};
        p.gpgcheck = r.yes("gpgcheck", false);
        p.repo_gpgcheck = r.yes("repo_gpgcheck", false);
        p.gpgkeys = r.texts("gpgkey");
        p.module_hotfixes = r.yes("module_hotfixes", false);
        if (p.repo_gpgcheck && p.gpgkeys.empty())
            throw Error(
                exit_data,
                fmt::format("/{}: repository '{}' has its metadata checked and names no gpgkey", i,
                            p.name),
                {file});
        for (auto& k : p.gpgkeys)
            if (k.find_first_of(" \t\n,") != k.npos)
                throw r.wrong("gpgkey", "list of URLs");
        if (auto* protocols = r.find("protocols", Kind::list, "list"))
            for (size_t k = 0; k < protocols->list().size(); k++) {
                const Element& x = protocols->list()[k];
                if (!x.is(Kind::dict))
                    throw Error(exit_data, fmt::format("/{}/protocols/{} is no object", i, k),
                                {file});
                Reader q{x, fmt::format("/{}/protocols/{}", i, k), file};
                p.protocols.push_back(
                    {q.text("url"), q.text("cacert"), q.text("clientcert"), q.text("clientkey")});
                if (p.protocols.back().url.find("://") == std::string::npos)
                    throw q.wrong("url", "URL");
            }
        if (p.protocols.empty())
            throw Error(exit_data, fmt::format("/{}: repository '{}' has no URL", i, p.name),
                        {file});
        if (!p.enabled)
            continue;
        // What somebody wrote and nobody here reads would be believed to work.
        auto tell_unread = [&](const Element& x, std::initializer_list<std::string_view> read) {
            for (auto& [key, value] : x.dict())
                if (std::find(read.begin(), read.end(), key.view()) == read.end() &&
                    !value.is(Kind::null))
                    say(Level::warning, fmt::format("repository '{}': '{}' has no effect here",
                                                    p.name, key.view()));
        };
        tell_unread(e, {"name", "owner", "enabled", "protocols", "priority", "proxy", "snapshot",
                        "suite", "sections", "includepkgs", "excludepkgs", "gpgcheck", "gpgkey",
                        "repo_gpgcheck", "skip_if_unavailable", "module_hotfixes"});
        for (auto& x : e.dict().find(Key("protocols"))->list())
            tell_unread(x, {"name", "url", "cacert", "clientcert", "clientkey"});
        out.push_back(std::move(p));
    }
    return out;
}

std::vector<Repository> configured_repositories(const Settings& s, const Say& say) {
    auto text = read_if_exists(s.repositories);
    return text ? parse_repositories(*text, s.repositories, say) : std::vector<Repository>();
}

Repositories::Repositories(const Settings& s, Format f, Say say)
    : Repositories(s, f, say, configured_repositories(s, say), true) {}
Repositories::Repositories(const Settings& s, Format f, Say say, std::vector<Repository> list)
    : Repositories(s, f, std::move(say), std::move(list), false) {}

Repositories::Repositories(const Settings& s, Format f, Say say, std::vector<Repository> list,
                           bool own)
    : settings_(s),
      own_(own),
      place_(s.statedir + (own ? "/repositories" : "/checked")),
      format_(f),
      say_(std::move(say)),
      arches_(s.arches),
      proxies_(s, say_),
      list_(std::move(list)) {
    if (arches_.empty() && own_ && f == Format::deb)
        arches_ = dpkg::architectures({s.packager_root, s.dbpath});
    if (arches_.empty())
        arches_ = {native_arch(f)};
    for (auto& r : list_)
        states_.push_back(read_state(r));
}

std::string Repositories::dir(const Repository& r) const {
    if (own_)
        return place_ + "/" + r.name;
    std::string terms(format_name(format_));
    for (auto& arch : arches_)
        terms += " " + arch;
    terms += fmt::format(" {} {}", r.trust(format_), r.suite);
    for (auto& section : r.sections)
        terms += " " + section;
    for (auto& p : r.protocols)
        terms += "\n" + r.base(p);
    return place_ + "/" + digest_hex("SHA256", terms);
}

Repositories::State Repositories::read_state(const Repository& r) const {
    State s;
    std::string text = read_if_exists(dir(r) + "/state").value_or("");
    for (std::string_view line : lines(text)) {
        auto w = words_of(line);
        if (w.size() != 2)
            continue;
        std::string value(w[1]);
        if (w[0] == "fetched")
            s.fetched = atol(value.c_str());
        if (w[0] == "made")
            s.made = atol(value.c_str());
        if (w[0] == "packages")
            s.packages = size_t(atol(value.c_str()));
        if (w[0] == "protocol")
            s.protocol = size_t(atol(value.c_str()));
        if (w[0] == "base")
            s.base = value;
        if (w[0] == "checksum")
            s.checksum = value;
        if (w[0] == "trust")
            s.trust = value;
        if (w[0] == "reluctant")
            s.reluctant = value == "yes";
    }
    // Of another URL, snapshot or program: as if there were none.
    bool good = s.trust == r.trust(format_) && s.protocol < r.protocols.size() &&
                s.base == r.base(r.protocols[s.protocol]) &&
                access((dir(r) + "/index.solv").c_str(), R_OK) == 0;
    return good ? s : State();
}

void Repositories::write_state(const Repository& r, const State& s) const {
    write_file(dir(r) + "/state",
               fmt::format(
                   "fetched {}\nmade {}\npackages {}\nprotocol {}\nbase {}\nchecksum {}\ntrust {}\n"
                   "reluctant {}\n",
                   s.fetched, s.made, s.packages, s.protocol, s.base, s.checksum, s.trust,
                   s.reluctant ? "yes" : "no"));
}

void Repositories::get(const Repository& r, size_t protocol, const std::string& path,
                       const std::string& file, const std::string& algorithm,
                       const std::string& checksum) const {
    const auto& p = r.protocols[protocol];
    Download d{.url = r.base(p) + "/" + path,
               .file = file,
               .algorithm = algorithm,
               .checksum = checksum,
               .ca_file = p.ca_file,
               .cert = p.cert,
               .key = p.key,
               .proxy = r.proxy,
               .force = true};
    proxies_.apply(d);
    auto failed = fetch_files({d}, {.connections = 1, .max_size = uint64_t(1) << 30});
    if (!failed.empty())
        throw Error(exit_unavailable, failed[0]);
}

Repositories::State Repositories::fetch_rpm(const Repository& r, size_t protocol,
                                            const State& before) const {
    std::string repomd = dir(r) + "/repomd.xml";
    get(r, protocol, "repodata/repomd.xml", repomd);
    if (r.repo_gpgcheck) {
        get(r, protocol, "repodata/repomd.xml.asc", repomd + ".asc");
        check_detached(keys(r, protocol), repomd, repomd + ".asc",
                       r.base(r.protocols[protocol]) + "/repodata/repomd.xml");
    }
    auto md = solv::read_repomd(repomd);
    State s{.fetched = time(nullptr),
            .made = md.timestamp,
            .packages = before.packages,
            .protocol = protocol,
            .base = r.base(r.protocols[protocol]),
            .checksum = md.checksum + md.groups_checksum + md.modules_checksum,
            .trust = r.trust(format_)};
    if (before.checksum == s.checksum)
        return s;
    std::string primary = dir(r) + "/" + fs::path(md.location).filename().string();
    get(r, protocol, md.location, primary, md.algorithm, md.checksum);
    s.packages = make_index(r, before, primary);
    unlink(primary.c_str());
    std::string groups = dir(r) + "/groups", text;
    if (!md.groups.empty()) {
        std::string comps = dir(r) + "/" + fs::path(md.groups).filename().string();
        get(r, protocol, md.groups, comps, md.groups_algorithm, md.groups_checksum);
        for (auto& [group, packages] : solv::read_groups(comps))
            for (auto& p : packages)
                text += group + " " + p + "\n";
        unlink(comps.c_str());
    }
    write_file(groups, text, {.sync = false});
    text.clear();
    if (!md.modules.empty()) {
        std::string file = dir(r) + "/" + fs::path(md.modules).filename().string();
        get(r, protocol, md.modules, file, md.modules_algorithm, md.modules_checksum);
        text = modules_text(parse_modules(solv::read_compressed(file), file));
        unlink(file.c_str());
    }
    write_file(dir(r) + "/modules", text, {.sync = false});
    return s;
}

/// "Sat, 14 Jun 2025 10:00:00 UTC", which is the only zone; 0 for what is no date.
static time_t release_date(std::string_view s) {
    struct tm t {};
    return strptime(std::string(s).c_str(), "%a, %d %b %Y %T", &t) ? timegm(&t) : 0;
}

/// A field of a Release that has it once.
static std::string_view release_field(std::string_view text, std::string_view name) {
    for (std::string_view line : lines(text))
        if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
            return line.substr(name.size() + 2);
    return {};
}

/// An old Release is signed as well as a new one: whoever is on the way could go on showing it. One
/// that is of tomorrow comes from a clock that is wrong, there or here.
static void check_dates(std::string_view text, const std::string& name) {
    time_t now = time(nullptr);
    auto until = release_field(text, "Valid-Until"), date = release_field(text, "Date");
    if (time_t t = release_date(until); t && t < now)
        throw Error(exit_data,
                    fmt::format("'{}' cannot be trusted: it was valid until {}", name, until));
    if (time_t t = release_date(date); t > now + 600)
        throw Error(
            exit_data,
            fmt::format("'{}' cannot be trusted: it is of {}, which is in the future", name, date));
}

std::string Repositories::release(const Repository& r, size_t protocol,
                                  const std::string& folder) const {
    std::string file = dir(r) + "/Release", name = r.base(r.protocols[protocol]) + "/" + folder;
    std::string text;
    if (r.trust(format_) == "any") {
        if (r.suite.empty())
            return {};
        get(r, protocol, folder + "Release", file);
        text = read_file(file);
        check_dates(text, name + "Release");
        return text;
    }
    try {
        get(r, protocol, folder + "InRelease", file);
    } catch (const Error& e) {
        if (e.status != exit_unavailable)
            throw;
        get(r, protocol, folder + "Release", file);
        get(r, protocol, folder + "Release.gpg", file + ".gpg");
        check_detached(keys(r, protocol), file, file + ".gpg", name + "Release");
        text = read_file(file);
    }
    if (text.empty())
        text = check_clear(keys(r, protocol), file, name + "InRelease");
    check_dates(text, name + "Release");
    return text;
}

std::vector<std::string> Repositories::keys(const Repository& r, size_t protocol) const {
    const auto& p = r.protocols[protocol];
    if (r.gpgkeys.empty())
        throw Error(
            exit_data,
            fmt::format("repository '{}' has its signatures checked and names no gpgkey", r.name));
    return obtain_keys(r.gpgkeys, settings_.statedir + "/keys",
                       {.ca_file = p.ca_file, .cert = p.cert, .key = p.key, .proxy = r.proxy},
                       proxies_);
}

/// Stanzas of fields, of which each has its package. An empty one is an index too, where there was
/// nothing before.
static bool is_index(std::string_view text, size_t had) {
    bool any = false, inside = false, named = false;
    for (std::string_view line : lines(text)) {
        bool blank = line.find_first_not_of(" \t\r") == line.npos;
        if (blank) {
            if (inside && !named)
                return false;
            inside = named = false;
            continue;
        }
        bool more = line[0] == ' ' || line[0] == '\t';
        size_t colon = line.find(':');
        if (!inside && more)
            return false;
        if (!more &&
            (colon == line.npos || line.substr(0, colon).find_first_of(" <>") != line.npos))
            return false;
        inside = any = true;
        named |= line.starts_with("Package: ") && line.size() > 9;
    }
    return (any && (!inside || named)) || (!any && had == 0);
}

std::string Repositories::get_packages(const Repository& r, size_t protocol,
                                       const std::string& folder, const std::string& release,
                                       size_t had) const {
    std::string prefix = r.suite.empty() ? "" : fmt::format("dists/{}/", r.suite), why;
    for (const char* ending : {".gz", ".xz", ".zst", ".bz2", ""}) {
        std::string path = folder + "Packages" + ending, file = dir(r) + "/Packages.new" + ending,
                    sum;
        bool inside = false;
        for (std::string_view line : lines(release)) {
            if (!line.starts_with(' '))
                inside = line.starts_with("SHA256:");
            else if (auto w = words_of(line); inside && w.size() == 3 && w[2] == path)
                sum = w[0];
        }
        if (!release.empty() && sum.empty())
            continue;
        try {
            get(r, protocol, prefix + path, file, sum.empty() ? "" : "sha256", sum);
        } catch (const Error& e) {
            // A Release lists indexes that the server need not keep. A server that is gone has none
            // of the others either.
            bool absent = false;
            for (const char* word : {"error: 404", "response: 550", "does not exist", "open file"})
                absent |= e.message.find(word) != std::string::npos;
            if (!absent)
                throw;
            if (why.empty())
                why = e.message;
            continue;
        }
        std::string text = solv::read_compressed(file);
        unlink(file.c_str());
        // Without a checksum nothing else tells a page of a portal, or nothing at all, from an
        // index.
        if (sum.empty() && !is_index(text, had))
            throw Error(exit_unavailable,
                        fmt::format("'{}/{}' is no index of packages",
                                    r.base(r.protocols[protocol]), prefix + path));
        return text;
    }
    throw why.empty()
        ? Error(exit_data, fmt::format("the Release of '{}' names no {}Packages", r.name, folder))
        : Error(exit_unavailable, why);
}

Repositories::State Repositories::fetch_deb(const Repository& r, size_t protocol,
                                            const State& before) const {
    State s{.fetched = time(nullptr),
            .made = time(nullptr),
            .packages = before.packages,
            .protocol = protocol,
            .base = r.base(r.protocols[protocol]),
            .trust = r.trust(format_)};
    std::string listed =
        release(r, protocol, r.suite.empty() ? "" : fmt::format("dists/{}/", r.suite));
    if (time_t t = release_date(release_field(listed, "Date")))
        s.made = t;
    s.reluctant = release_field(listed, "NotAutomatic") == "yes";
    std::vector<std::string> folders;
    if (r.suite.empty())
        folders.emplace_back();
    // Those of other architectures, and what is the same for all where it is kept apart, are taken
    // where they are.
    auto names = arches_;
    if (release_field(listed, "No-Support-for-Architecture-all").find("Packages") ==
        std::string_view::npos)
        names.emplace_back("all");
    for (auto& section : r.sections)
        for (auto& arch : names)
            if (std::string folder = fmt::format("{}/binary-{}/", section, arch);
                !r.suite.empty() &&
                (arch == arches_[0] || listed.find(folder + "Packages") != listed.npos))
                folders.push_back(folder);
    std::string all;
    for (auto& folder : folders)
        all += get_packages(r, protocol, folder, listed, before.packages) + "\n";
    s.checksum = digest_hex("SHA256", all);
    if (s.checksum == before.checksum)
        return s;
    write_file(dir(r) + "/Packages", all, {.sync = false});
    s.packages = make_index(r, before, dir(r) + "/Packages");
    unlink((dir(r) + "/Packages").c_str());
    return s;
}

Repositories::State Repositories::fetch(const Repository& r, size_t protocol,
                                        const State& before) const {
    make_dirs(dir(r));
    return format_ == Format::rpm ? fetch_rpm(r, protocol, before) : fetch_deb(r, protocol, before);
}

size_t Repositories::make_index(const Repository& r, const State& before,
                                const std::string& metadata) const {
    // What is known of an index of another URL or under other terms does not outlive it, whatever
    // happens to us.
    if (!before.fetched)
        unlink((dir(r) + "/state").c_str());
    return solv::make_index(format_, metadata, dir(r) + "/index.solv");
}

bool Repositories::fresh(const State& s) const {
    long now = time(nullptr);
    return s.fetched && now - s.fetched < settings_.refresh && now >= s.fetched;
}

void Repositories::forget_unused() const {
    auto old = fs::file_time_type::clock::now() -
               std::chrono::seconds(std::max(30L * 86400, 2 * settings_.refresh));
    std::error_code ec;
    for (auto& e : fs::directory_iterator(place_, ec))
        if (auto t = fs::last_write_time(e.path() / "state", ec); !ec && t < old)
            fs::remove_all(e.path(), ec);
}

void Repositories::refresh() {
    if (std::all_of(states_.begin(), states_.end(), [&](auto& s) { return fresh(s); }))
        return;
    // Nobody else may put his metadata between our check of what was fetched and its use.
    make_dirs(place_);
    auto held = FileLock::lock(place_ + "/.lock", double(settings_.retries) * settings_.timeout);
    if (!own_)
        forget_unused();
    for (size_t i = 0; i < list_.size(); i++) {
        const Repository& r = list_[i];
        State& s = states_[i] = read_state(r);  // somebody else may have fetched it while we waited
        if (fresh(s))
            continue;
        long now = time(nullptr);
        std::string why;
        bool done = false;
        for (size_t p = 0; p < r.protocols.size() && !done; p++) {
            try {
                State now_there = fetch(r, p, s.base == r.base(r.protocols[p]) ? s : State());
                write_state(r, now_there);
                s = now_there;
                done = true;
            } catch (const Error& e) {
                if (e.status == exit_io)
                    throw;  // ours, not theirs
                why += (why.empty() ? "" : "; ") + e.message;
            }
        }
        if (done)
            continue;
        if (s.fetched)
            say_(Level::warning, fmt::format("repository '{}' is used as it was {} min ago: {}",
                                             r.name, (now - s.fetched) / 60, why));
        else if (r.skip_if_unavailable)
            say_(Level::warning, fmt::format("repository '{}' is skipped: {}", r.name, why));
        else
            throw Error(exit_unavailable,
                        fmt::format("repository '{}' cannot be had: {}", r.name, why));
    }
}

std::vector<Source> Repositories::sources() const {
    std::vector<Source> out;
    for (size_t i = 0; i < list_.size(); i++)
        if (states_[i].fetched)
            out.push_back({list_[i].name, states_[i].packages, time(nullptr) - states_[i].made,
                           settings_.max_age});
    return out;
}

Groups Repositories::groups() const {
    Groups out;
    for (size_t i = 0; i < list_.size(); i++) {
        if (!states_[i].fetched)
            continue;
        std::string text = read_if_exists(dir(list_[i]) + "/groups").value_or("");
        for (std::string_view line : lines(text))
            if (auto w = words_of(line); w.size() == 2)
                out[std::string(w[0])].emplace_back(w[1]);
    }
    return out;
}

void Repositories::load(solv::Universe& u) const {
    std::vector<ModuleStream> streams;
    for (size_t i = 0; i < list_.size(); i++)
        if (states_[i].fetched)
            for (auto& s :
                 read_modules_text(read_if_exists(dir(list_[i]) + "/modules").value_or("")))
                streams.push_back(std::move(s));
    // What other nodes chose is not known: theirs are the streams by default.
    auto hidden = hidden_by_modules(
        streams, own_ ? settings_.packager_root + "/etc/dnf/modules.d" : "/nonexistent");
    for (size_t i = 0; i < list_.size(); i++)
        if (states_[i].fetched) {
            solv::Filter filter = list_[i].filter;
            if (hidden)
                filter.hidden = [&, hotfixes = list_[i].module_hotfixes](const Package& p) {
                    return hidden(p, hotfixes);
                };
            u.add_index(int(i), dir(list_[i]) + "/index.solv", priority(i), filter);
            if (!read_state(list_[i]).fetched)
                throw Error(
                    exit_try_later,
                    fmt::format(
                        "repository '{}' was fetched from elsewhere by another program meanwhile",
                        list_[i].name));
        }
}

int Repositories::priority(size_t repository) const {
    constexpr int usual = 99, reluctant = 999;
    return list_[repository].chosen_priority.value_or(states_[repository].reluctant ? reluctant
                                                                                    : usual);
}

FileSource Repositories::source(const solv::Offer& o) const {
    const Repository& r = list_[size_t(o.repository)];
    size_t answered = states_[size_t(o.repository)].protocol;
    const auto& p = r.protocols[answered];
    // The metadata may say that its packages are elsewhere.
    bool elsewhere = o.base.find("://") != std::string::npos;
    auto url = [&](const Repository::Protocol& at) {
        std::string base = elsewhere ? o.base : r.base(at);
        return base + (base.ends_with('/') ? "" : "/") + o.location;
    };
    std::vector<FilePlace> others;
    for (size_t i = 0; i < r.protocols.size(); i++)
        if (const auto& q = r.protocols[i]; i != answered && !elsewhere)
            others.push_back({url(q), q.ca_file, q.cert, q.key});
    return {.url = url(p),
            .size = o.size,
            .algorithm = o.algorithm,
            .checksum = o.checksum,
            .ca_file = p.ca_file,
            .cert = p.cert,
            .key = p.key,
            .proxy = r.proxy,
            .others = std::move(others),
            .gpgcheck = r.gpgcheck,
            .gpgkeys = r.gpgkeys};
}

FileSource Repositories::unlisted() const {
    FileSource s;
    for (size_t i = 0; i < list_.size(); i++) {
        const Repository& r = list_[i];
        if (!r.gpgcheck)
            continue;
        const auto& p = r.protocols[states_[i].protocol];
        if (!s.gpgcheck)
            s = {.ca_file = p.ca_file,
                 .cert = p.cert,
                 .key = p.key,
                 .proxy = r.proxy,
                 .gpgcheck = true};
        s.gpgkeys.insert(s.gpgkeys.end(), r.gpgkeys.begin(), r.gpgkeys.end());
    }
    return s;
}

}  // namespace weft::spm
