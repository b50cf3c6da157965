// Where package files come from.
#include "spm/fetch.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <filesystem>

#include "base/file.hh"
#include "base/http.hh"
#include "base/url.hh"
#include "spm/fetcher.hh"
#include "spm/keys.hh"
#include "spm/packager/dpkg.hh"
#include "spm/wrap/rpm.hh"

namespace weft::spm {

namespace fs = std::filesystem;

static bool is_remote(std::string_view url) {
    return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("ftp://");
}

std::string local_file(const Operation& op, Format f) {
    if (op.action == Action::erase || op.url.empty() || is_remote(op.url) ||
        op.package.is_pattern())
        return {};
    std::string dir = op.url.starts_with("file://") ? op.url.substr(7) : op.url;
    std::string path = dir + (dir.ends_with('/') ? "" : "/") + file_name(op.package, f);
    return access(path.c_str(), R_OK) == 0 ? path : std::string();
}

std::string through_reverse_proxy(const std::string& url, const std::string& host, int port) {
    size_t at = url.find("://");
    if (at == std::string::npos)
        return url;
    size_t path = url.find('/', at + 3);
    std::string where = url.substr(0, at + 3) + host + (port ? ":" + std::to_string(port) : "");
    return where + (path == std::string::npos ? "" : url.substr(path));
}

std::string choose_proxy(const Settings& s, const Say& say) {
    if (s.proxytype.empty())
        return {};
    std::vector<std::string> hosts = s.proxyhost;
    if (s.proxyrandom) {
        char name[256] = "";
        gethostname(name, sizeof name - 1);
        std::rotate(hosts.begin(),
                    hosts.begin() + long(std::hash<std::string_view>()(name) % hosts.size()),
                    hosts.end());
    }
    for (const std::string& host : hosts) {
        std::string url =
            fmt::format("http://{}{}/", host, s.proxyport ? ":" + std::to_string(s.proxyport) : "");
        if (answers(url))
            return host;
        say(Level::warning, fmt::format("proxy '{}' does not answer", host));
    }
    return {};
}

void Proxies::apply(Download& d) {
    if (settings_.proxytype.empty() || !d.proxy.empty() || !is_remote(d.url))
        return;
    if (!host_)
        host_ = choose_proxy(settings_, say_);
    if (host_->empty())
        return;
    if (settings_.proxytype == "reverse") {
        d.url = through_reverse_proxy(d.url, *host_, settings_.proxyport);
        for (FilePlace& other : d.after)
            other.url = through_reverse_proxy(other.url, *host_, settings_.proxyport);
    } else {
        d.proxy = fmt::format("http://{}{}", *host_,
                              settings_.proxyport ? ":" + std::to_string(settings_.proxyport) : "");
    }
}

namespace {

/// Packages of repositories that sign them, against those repositories' keys. What is not signed by
/// them is a failure, and does not stay: the next run would find it in the cache.
void check_signatures(const Settings& s, std::vector<Operation>& ops, Format format,
                      Proxies& proxies, FetchResult& r) {
    if (format != Format::rpm)
        return;  // Debian signs the metadata, which is checked when it is fetched
    std::map<std::vector<std::string>, std::vector<std::string>> keys;
    for (Operation& op : ops) {
        const FileSource& from = op.source;
        if (!from.gpgcheck || op.file.empty())
            continue;
        if (from.url.empty() && !op.url.empty())
            continue;  // from where the target says, or said
        std::string why;
        try {
            auto it = keys.find(from.gpgkeys);
            if (it == keys.end()) {
                Download like{.ca_file = from.ca_file,
                              .cert = from.cert,
                              .key = from.key,
                              .proxy = from.proxy};
                it = keys.emplace(from.gpgkeys,
                                  obtain_keys(from.gpgkeys, s.statedir + "/keys", like, proxies))
                         .first;
            }
            why = rpm::why_not_signed({s.packager_root, s.dbpath}, op.file, it->second);
            if (!why.empty())
                unlink(op.file.c_str());
        } catch (const Error& e) {
            why = e.message;
        }
        if (why.empty())
            continue;
        r.failed.push_back(fmt::format("'{}' is not used: {}", op.file, why));
        op.file.clear();
    }
}

/// Why the file is not what its name says; nothing else tells where no checksum is known.
std::string why_not(const Settings& s, Format f, const std::string& file, const Package& p) {
    PluginCall call{s.packager_root, s.dbpath};
    return f == Format::rpm   ? rpm::why_not(call, file, p)
           : f == Format::deb ? dpkg::why_not(call, file, p)
                              : "";
}

constexpr std::string_view unchecked = ".unchecked";

/// What earlier runs left on the way to files that this one does not want, on a disk that may be
/// full of it.
void drop_parts(const std::string& dir, const std::vector<Download>& wanted) {
    std::set<std::string> keep;
    for (const Download& d : wanted)
        keep.insert(d.file + ".part");
    std::error_code ec;
    for (auto& e : fs::directory_iterator(dir, ec)) {
        std::string path = e.path();
        if ((path.ends_with(".part") && !keep.count(path)) || path.ends_with(unchecked))
            fs::remove(e.path(), ec);
    }
}

}  // namespace

FetchResult fetch_packages(const Settings& s, const Packager& packager, std::vector<Operation>& ops,
                           const Say& say) {
    FetchResult r;
    std::vector<Download> downloads;
    std::vector<Operation*> pending;
    std::string scratch = s.localcache ? s.cachedir : s.statedir + "/fetch";
    Proxies proxies(s, say);
    for (Operation& op : ops) {
        if (op.action == Action::erase || !op.file.empty())
            continue;
        if (op.url.empty() && op.source.url.empty() && packager.fetches())
            continue;
        r.wanted++;
        std::string name = file_name(op.package, packager.format());
        if (op.package.is_pattern()) {
            r.failed.push_back(
                fmt::format("no repository says which version '{}' stands for", op.package.text()));
            continue;
        }
        std::string local = s.cachedir + "/" + name;
        if (s.localcache && op.source.url.empty() && access(local.c_str(), R_OK) == 0) {
            if (std::string why = why_not(s, packager.format(), local, op.package); !why.empty()) {
                say(Level::warning, "the cache is wrong, and asked for again: " + why);
                unlink(local.c_str());
            }
        }
        if (s.localcache && op.source.url.empty() && access(local.c_str(), R_OK) == 0) {
            utime(local.c_str(), nullptr);  // lately used: trimmed last
            op.file = local;
            continue;
        }
        if (const FileSource& from = op.source; !from.url.empty()) {
            // What is in the cache already is found there, by its checksum.
            Download d{.url = from.url,
                       .file = scratch + "/" + name,
                       .size = from.size,
                       .algorithm = from.algorithm,
                       .checksum = from.checksum,
                       .ca_file = from.ca_file,
                       .cert = from.cert,
                       .key = from.key,
                       .proxy = from.proxy,
                       .after = from.others};
            if (d.checksum.empty())
                d.file += unchecked;
            proxies.apply(d);
            // Without a checksum nobody would notice that a cache has another file of that name.
            if (!d.checksum.empty())
                for (const std::string& cache : s.headcache)
                    d.before.push_back(cache + (cache.ends_with('/') ? "" : "/") +
                                       percent_encode(name));
            downloads.push_back(std::move(d));
            pending.push_back(&op);
            continue;
        }
        std::string url = op.url;
        if (url.empty()) {
            r.failed.push_back(fmt::format("no repository holds '{}', and the target names no URL",
                                           op.package.text()));
            continue;
        }
        while (url.ends_with('/'))
            url.pop_back();
        if (!is_remote(url)) {
            if (url.starts_with("file://"))
                url.erase(0, 7);
            std::string path = url + "/" + name;
            if (!url.starts_with('/'))
                r.failed.push_back(fmt::format("'{}' is neither a URL nor a folder", op.url));
            else if (access(path.c_str(), R_OK))
                r.failed.push_back(system_error("cannot read '" + path + "'").message);
            else
                op.file = path;
            continue;
        }
        Download d;
        d.url = url + "/" + name;
        d.file = scratch + "/" + name;
        d.file += unchecked;
        proxies.apply(d);
        downloads.push_back(std::move(d));
        pending.push_back(&op);
    }
    std::optional<FileLock> alone;
    if (!downloads.empty()) {
        make_dirs(scratch);
        alone = FileLock::lock(scratch + "/.lock", double(s.retries) * s.timeout);
        drop_parts(scratch, downloads);
    }
    bool terminal = isatty(2) && !s.quiet;
    auto failed =
        fetch_files(downloads, {.connections = s.connections}, [&](size_t files, uint64_t bytes) {
            if (terminal)
                fmt::print(stderr, "\rfetched {} of {}, {} KB\x1b[K", files, downloads.size(),
                           bytes >> 10);
        });
    if (terminal)
        fmt::print(stderr, "\r\x1b[K");
    r.failed.insert(r.failed.end(), failed.begin(), failed.end());
    for (size_t i = 0; i < downloads.size(); i++) {
        std::string file = downloads[i].file;
        if (utime(file.c_str(), nullptr) || access(file.c_str(), R_OK))
            continue;
        if (file.ends_with(unchecked)) {
            std::string why = why_not(s, packager.format(), file, pending[i]->package);
            std::string name = file.substr(0, file.size() - unchecked.size());
            if (why.empty() && rename(file.c_str(), name.c_str()))
                why = system_error("cannot rename '" + file + "'").message;
            if (!why.empty()) {
                unlink(file.c_str());
                r.failed.push_back(fmt::format("'{}' is not used: {}", downloads[i].url, why));
                continue;
            }
            file = name;
        }
        pending[i]->file = file;
    }
    check_signatures(s, ops, packager.format(), proxies, r);
    return r;
}

}  // namespace weft::spm
