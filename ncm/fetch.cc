// The order of things is what matters here: parse, store, activate, and only then remember the
// server's tags, so that no failure can make the next request say "unchanged".
#include "ncm/fetch.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <thread>

#include "base/error.hh"
#include "base/url.hh"
#include "base/wrap/cms.hh"
#include "base/wrap/gzip.hh"
#include "ncm/store.hh"

namespace weft::ncm {

namespace fs = std::filesystem;

static std::string without_gz(std::string url) {
    if (url.ends_with(".gz"))
        url.resize(url.size() - 3);
    return url;
}

/// https://cdb/profiles/lxb001.xml.gz -> https://cdb/profiles/lxb001.origins; empty for other
/// names.
static std::string origins_url(const std::string& url) {
    std::string u = without_gz(url);
    for (std::string_view end : {".xml", ".json"})
        if (u.ends_with(end))
            return u.substr(0, u.size() - end.size()) + ".origins";
    return {};
}

static void pause(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

namespace {

/// What we have of the primary URL, to ask only for something newer.
struct Stored {
    std::string body{}, etag{};
    time_t modified = 0, signed_at = 0;  ///< 0: not told, not signed
    bool any = false;
};

}  // namespace

/// What is stored counts only when the profile made of it is there and whole.
static Stored stored(const std::string& root, const std::string& url, bool must_be_signed,
                     const Readability& r, const Log& log) {
    Stored k;
    try {
        int cid = read_cid(root + "/latest.cid").value_or(0);
        std::string dir = fmt::format("{}/profile.{}", root, cid);
        if (::access(dir.c_str(), F_OK))
            return k;
        k.signed_at = fetch_note(dir).signed_at;
        Configuration whole(dir, cid);
        activate(root, cid, r);  // a kill may have come between the two numbers
        if (whole.url() != url) {
            log.info("the profile's URL changed from '{}'", whole.url());
            return k;
        }
        if (must_be_signed && !k.signed_at) {
            log.info("the cached profile's signature was never seen, fetching it anew");
            return k;
        }
        k.body = read_file(dir + "/profile");
        k.any = true;
        struct stat st {};
        std::string file = root + "/data/" + data_name(url);
        // Killed before it was remembered: the tags are those of an older body, and would hide its
        // return.
        if (stat(file.c_str(), &st) || read_file(file) != k.body)
            return k;
        k.etag = remembered_etag(root, url);
        // A date from the future would answer "unchanged" to everything published before it.
        if (st.st_mtime <= ::time(nullptr))
            k.modified = st.st_mtime;
    } catch (const Error& e) {
        log.warning("the cached profile is not usable, fetching it anew: {}", e.message);
        k = {.signed_at = k.signed_at};  // unusable, and yet the newest we have seen
    }
    return k;
}

static void remove_leftovers(const std::string& root) {
    std::error_code ec;
    for (auto& f : fs::directory_iterator(root + "/tmp", ec))
        fs::remove_all(f.path(), ec);
}

/// Who signed this body, and under this name? An older one than ours is somebody's way back to a
/// hole that was mended.
static void check_signature(const Settings& s, const std::string& from, const Stored& have,
                            HttpClient& http, Download& d) {
    std::string where = without_gz(from) + ".sig";
    HttpAnswer got = http.get(where);
    if (!got.ok())
        throw Error(exit_data, "it is not signed: " +
                                   (got.status ? fmt::format("'{}' answered {}", where, got.status)
                                               : got.error));
    std::string plain = d.body.starts_with("\x1f\x8b") ? gunzip(d.body) : "";
    std::string name = where.substr(where.rfind('/') + 1, where.size() - where.rfind('/') - 5);
    d.signed_at = signature_time(fmt::format("{}\n{}", name, plain.empty() ? d.body : plain),
                                 got.body, s.get("signer_file"));
    d.signature = std::move(got.body);
    if (time_t last = have.signed_at; d.signed_at < last && d.body != have.body && !s.flag("force"))
        throw Error(exit_data,
                    fmt::format("it was signed at {}, the profile we have later, at {}",
                                http_date(d.signed_at), http_date(last)),
                    {}, "'ccm-fetch --force' takes it all the same");
}

static FetchResult keep(const Settings& s, const std::string& root, const std::string& url,
                        const std::string& from, HttpAnswer& got, const Stored& have,
                        HttpClient& http, const Log& log) {
    Readability r = readability(s);
    Download d;
    d.body = std::move(got.body);
    d.url = url;
    d.from = from;
    d.modified = got.last_modified();
    if (from == url)
        d.etag = got.header("etag");
    std::string_view revision = got.header("x-weft-revision");
    std::from_chars(revision.data(), revision.data() + revision.size(), d.revision);
    if (!s.get("signer_file").empty())
        check_signature(s, from, have, http, d);
    if (!d.modified)
        log.warning("'{}' has no date (Last-Modified)", from);
    else if (d.modified > ::time(nullptr) + 60)
        log.warning("'{}' is dated in the future: {}", from, got.header("last-modified"));

    if (have.any && have.body == d.body && !s.flag("force")) {
        remember_download(root, d, r);
        log.debug("'{}' is what we have", from);
        return {false, read_cid(root + "/latest.cid").value_or(0)};
    }
    Element tree = parse_profile(d.body, from, s.flag("json_typed"));
    if (std::string where = origins_url(from); !where.empty()) {
        HttpAnswer o = http.get(where);
        if (o.ok())
            d.origins = std::move(o.body);
        else if (o.status != 404)
            log.warning("no origins of the values: {}",
                        o.status ? fmt::format("'{}' answered {}", where, o.status) : o.error);
    }
    int cid = store_profile(root, tree, d, s.get("dbformat"), r, s.flag("tabcompletion"),
                            s.flag("secrets_apart"));
    remember_download(root, d, r);
    log.info("profile {} stored, from '{}'", cid, from);
    return {true, cid};
}

FetchResult fetch(const Settings& s, bool foreign, const Log& log) {
    std::string root = s.get("cache_root");
    auto urls = profile_urls(s);
    if (foreign)
        urls.resize(1);
    bool force = s.flag("force");
    long tries = std::max(1L, s.number("retrieve_retries"));

    make_cache(root, readability(s));
    FileLock lock = FileLock::lock(root + "/fetch.lock",
                                   std::max(1L, s.number("lock_retries")) * s.seconds("lock_wait"));
    remove_leftovers(root);
    if (globally_locked(root))
        log.warning("the cache is locked: '{}/global.lock' says yes; what is fetched waits", root);
    Stored have = stored(root, urls[0], !s.get("signer_file").empty(), readability(s), log);

    HttpClient http(http_options(s));
    std::string why;
    bool slept = true;
    for (const std::string& url : urls) {
        for (long n = 0; n < tries; n++) {
            if (!std::exchange(slept, false))
                pause(s.seconds("retrieve_wait"));
            // A date of whole seconds hides a second change within one; a local file is cheap to
            // read.
            bool ask = have.any && !force && !url.starts_with("file:");
            HttpAnswer got = http.get_if_changed(url, ask && url == urls[0] ? have.etag : "",
                                                 ask ? have.modified : 0);
            if (got.status == 304 && ask) {
                log.debug("'{}' is unchanged", url);
                return {false, read_cid(root + "/latest.cid").value_or(0)};
            }
            if (got.ok()) {
                try {
                    return keep(s, root, urls[0], url, got, have, http, log);
                } catch (const Error& e) {
                    if (e.status != exit_data)
                        throw;
                    why = fmt::format("'{}' is no usable profile: {}", url, e.text());
                    while (why.ends_with('\n'))
                        why.pop_back();
                }
            } else {
                why = got.status ? fmt::format("'{}' answered {}", url, got.status) : got.error;
            }
            log.warning("try {} of {}: {}", n + 1, tries, why);
            if (!got.retry && !got.status)
                break;
        }
    }
    throw Error(exit_unavailable, "no new profile: " + why, {}, "the profile we have stays in use");
}

void reach(const Settings& s) {
    HttpClient http(http_options(s));
    std::string why;
    for (const std::string& url : profile_urls(s)) {
        HttpAnswer got = http.get_if_changed(url, "", ::time(nullptr));
        if (got.ok() || got.status == 304)
            return;
        why = got.status ? fmt::format("'{}' answered {}", url, got.status) : got.error;
    }
    throw Error(exit_unavailable, why);
}

}  // namespace weft::ncm
