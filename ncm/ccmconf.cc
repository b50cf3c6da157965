// The settings of the profile cache, the same names and defaults that Quattor nodes have.
#include "ncm/ccmconf.hh"

#include <fmt/core.h>
#include <grp.h>
#include <netdb.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace weft::ncm {

const std::vector<Setting> ccm_settings = {
    {"profile", "", Setting::text, "URL",
     "where the profile is; a bare name is taken below base_url"},
    {"profile_failover", "", Setting::text, "URLS", "further places, separated by commas"},
    {"base_url", "", Setting::text, "URL", "folder of the profiles, for a bare name"},
    {"cache_root", "/var/lib/ccm", Setting::path, "DIR", "where the cache is (/var/lib/ccm)"},
    {"get_timeout", "30", Setting::number, "SECONDS", "for one request (30)"},
    {"retrieve_retries", "3", Setting::number, "N", "tries for each URL (3)"},
    {"retrieve_wait", "30", Setting::number, "SECONDS", "between two tries (30)"},
    {"lock_retries", "3", Setting::number, "N", "tries for the lock (3)"},
    {"lock_wait", "30", Setting::number, "SECONDS", "between two tries for the lock (30)"},
    {"force", "0", Setting::flag, nullptr, "fetch and store, changed or not"},
    {"dbformat", "CDB_File", Setting::text, "FORMAT", "CDB_File or DB_File (CDB_File)"},
    {"cert_file", "", Setting::path, "FILE", "our certificate"},
    {"key_file", "", Setting::path, "FILE", "its key"},
    {"ca_file", "", Setting::path, "FILE", "certificates of the authorities we trust"},
    {"ca_dir", "", Setting::path, "DIR", "the same, as a folder"},
    {"signer_file", "", Setting::path, "FILE",
     "certificates of who signs profiles; others are refused"},
    {"principal", "", Setting::text, "NAME", "Kerberos principal; not used"},
    {"keytab", "", Setting::path, "FILE", "Kerberos keys; not used"},
    {"trust", "", Setting::text, "NAMES",
     "Kerberos principals that may encrypt profiles; not used"},
    {"group_readable", "", Setting::text, "GROUP", "let this group read the cache"},
    {"world_readable", "0", Setting::flag, nullptr, "let everybody read the cache"},
    {"secrets_apart", "1", Setting::flag, nullptr,
     "keep what /system/secrets names in a file for root alone"},
    {"keep_old", "2", Setting::number, "N", "older profiles that a purge keeps (2)"},
    {"purge_time", "86400", Setting::number, "SECONDS", "younger profiles survive a purge (86400)"},
    {"json_typed", "1", Setting::flag, nullptr,
     "numbers of JSON profiles become longs and doubles"},
    {"tabcompletion", "1", Setting::flag, nullptr, "write the list of paths for shell completion"},
    {"name_template", "basic", Setting::text, "NAME", "how a configuration's name is shown"},
    {"debug", "", Setting::text, "N", "accepted for the files that have it; see -v"},
};

static bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Settings read_ccm_settings(const Args& args) {
    std::string file = args.get("cfgfile");
    if (file.empty()) {
        const char* edg = std::getenv("EDG_LOCATION");
        for (std::string candidate :
             {std::string("/etc/ccm.conf"), std::string("/usr/etc/ccm.conf"),
              edg ? std::string(edg) + "/etc/ccm.conf" : ""})
            if (!candidate.empty() && exists(args.rooted(candidate))) {
                file = args.rooted(candidate);
                break;
            }
    }
    Settings s(ccm_settings, args, file, Settings::Grammar::words);
    const std::string& format = s.get("dbformat");
    if (format == "GDBM_File")
        throw Error(exit_config, "GDBM_File caches cannot be written or read", {},
                    "dbformat is CDB_File or DB_File");
    if (format != "CDB_File" && format != "DB_File")
        throw Error(exit_config, fmt::format("unknown dbformat '{}'", format), {},
                    "it is CDB_File or DB_File");
    return s;
}

std::pair<std::string, std::string> host_and_domain() {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    std::string full = name;
    if (full.find('.') == std::string::npos) {
        addrinfo hints{}, *found = nullptr;
        hints.ai_flags = AI_CANONNAME;
        if (getaddrinfo(name, nullptr, &hints, &found) == 0 && found) {
            if (found->ai_canonname && strchr(found->ai_canonname, '.'))
                full = found->ai_canonname;
            freeaddrinfo(found);
        }
    }
    for (char& c : full)
        c = char(c >= 'A' && c <= 'Z' ? c | 32 : c);
    size_t dot = full.find('.');
    return {full.substr(0, dot), dot == std::string::npos ? "" : full.substr(dot + 1)};
}

static std::string replace_all(std::string text, std::string_view what, const std::string& by) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

static std::string expand(std::string url) {
    bool asks = url.find("__") != std::string::npos || url.find('$') != std::string::npos;
    if (!asks)
        return url;
    auto [host, domain] = host_and_domain();
    url = replace_all(std::move(url), "__HOST__", host);
    url = replace_all(std::move(url), "__DOMAIN__", domain);
    url = replace_all(std::move(url), "$host", host);
    return replace_all(std::move(url), "$domain", domain);
}

static std::string checked(std::string url, const std::string& base) {
    if (url.find("://") == std::string::npos) {
        if (base.empty())
            throw Error(exit_config,
                        fmt::format("the profile '{}' is no URL, and base_url is not set", url));
        url = base + (base.ends_with('/') ? "" : "/") + "profile_" + url + ".xml";
    }
    size_t colon = url.find("://");
    std::string scheme = url.substr(0, colon);
    if (scheme != "http" && scheme != "https" && scheme != "file")
        throw Error(exit_config, fmt::format("cannot fetch over '{}': '{}'", scheme, url), {},
                    "use https, http or file");
    for (unsigned char c : url)
        if (!isalnum(c) && !strchr("_-/.?:=%&", c))
            throw Error(
                exit_config,
                fmt::format("the character '{}' cannot be in a profile's URL: '{}'", char(c), url));
    return url;
}

std::vector<std::string> profile_urls(const Settings& s) {
    if (s.get("profile").empty())
        throw Error(exit_config, "no profile to fetch: 'profile' is not set", {},
                    "set it in /etc/ccm.conf or give --profile URL");
    std::vector<std::string> urls{checked(expand(s.get("profile")), s.get("base_url"))};
    for (const std::string& u : s.list("profile_failover"))
        urls.push_back(checked(expand(u), s.get("base_url")));
    return urls;
}

HttpOptions http_options(const Settings& s) {
    HttpOptions o;
    o.cert = s.get("cert_file");
    o.key = s.get("key_file");
    o.ca_file = s.get("ca_file");
    o.ca_dir = s.get("ca_dir");
    o.timeout = std::max(1.0, s.seconds("get_timeout"));
    o.allow_file = true;
    o.user_agent = "weft-ccm-fetch";
    return o;
}

Readability readability(const Settings& s) {
    Readability r;
    if (s.flag("world_readable")) {
        r.dir = 0755;
        r.file = 0644;
    } else if (const std::string& name = s.get("group_readable"); !name.empty()) {
        struct group* g = getgrnam(name.c_str());
        if (!g)
            throw Error(
                exit_config,
                fmt::format("group_readable names '{}', which is no group of this machine", name));
        r.dir = 0750;
        r.file = 0640;
        r.group = g->gr_gid;
    }
    return r;
}

}  // namespace weft::ncm
