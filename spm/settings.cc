// The table of settings. The names of the first half are the historic agent's.
#include "spm/settings.hh"

#include <fmt/core.h>
#include <sys/utsname.h>

namespace weft::spm {

static const std::vector<Setting>& table() {
    static const std::vector<Setting> rows = {
        {"packager", Setting::text, "rpm", "rpm, dnf, dpkg, apt, pkg, or the path of a site's own"},
        {"targetconf", Setting::path, "/var/lib/spma-target.cf", "the target"},
        {"userpkgs", Setting::yes_no, "no", "may packages stay that are not ours?"},
        {"userprio", Setting::yes_no, "no", "do users' versions go before the target's?"},
        {"protectkernel", Setting::yes_no, "yes", "never erase the running kernel"},
        {"usespmlist", Setting::yes_no, "yes", "believe the list of managed packages"},
        {"spmlist", Setting::path, "/var/lib/spma-managed-packages",
         "the list of managed packages"},
        {"localcache", Setting::yes_no, "yes", "use and fill the cache of package files"},
        {"cachedir", Setting::path, "/var/spma-cache", "the cache"},
        {"proxy", Setting::yes_no, "no", "use a proxy"},
        {"proxytype", Setting::text, "forward", "forward or reverse"},
        {"proxyhost", Setting::words, "", "proxies, with commas or blanks between"},
        {"proxyport", Setting::number, "0", "their port"},
        {"proxyrandom", Setting::yes_no, "no", "begin with another proxy on each node"},
        {"headcache", Setting::words, "",
         "folders of package files that are asked before the repositories, as URLs"},
        {"dbpath", Setting::path, "", "the package database"},
        {"root", Setting::path, "", "the system the packages belong to"},
        {"rpmtpath", Setting::text, "", "not used; read so that old files stay good"},
        {"rpmtexec", Setting::text, "", "not used; read so that old files stay good"},
        {"checksig", Setting::yes_no, "no", "refuse packages without a trusted signature"},
        {"retries", Setting::number, "10", "how often to try for the lock"},
        {"timeout", Setting::seconds, "30", "between two tries"},
        {"noaction", Setting::yes_no, "no", "change nothing"},
        {"ignorelock", Setting::yes_no, "no", "run without the lock"},
        {"forcelock", Setting::yes_no, "no", "take the lock from who holds it"},
        {"logfile", Setting::path, "", "messages go there too"},
        {"repositories", Setting::path, "/var/lib/spma-repositories.json",
         "where packages come from"},
        {"statedir", Setting::path, "/var/lib/weft/spma", "journal, history, indexes"},
        {"refresh", Setting::seconds, "10m", "metadata of repositories is used this long"},
        {"arch", Setting::words, "", "of packages, if not this machine's; its own first"},
        {"dependencies", Setting::text, "report", "missing ones: report, add or ignore"},
        {"cachelimit", Setting::bytes, "4G", "the cache holds no more than this"},
        {"connections", Setting::number, "4", "downloads at once"},
        {"applytimeout", Setting::seconds, "2h", "the packager may take this long"},
        {"guardremovals", Setting::number, "50", "refuse to erase more packages"},
        {"guardpercent", Setting::number, "20", "refuse to erase more of what is installed"},
        {"guardage", Setting::seconds, "0", "refuse repositories with older metadata; 0: never"},
        {"essential", Setting::words, "", "packages never to erase, besides the usual"},
        {"kernel", Setting::text, "", "the running kernel, if not what uname says"},
    };
    return rows;
}

/// All programs have these as options already.
static bool common(std::string_view name) { return name == "noaction" || name == "root"; }

std::vector<Option> setting_options() {
    static std::vector<std::string> texts;
    std::vector<Option> out = {
        {'n', "noaction", nullptr, "change nothing"},
        {'f', "cfgfile", "FILE", "the settings (/etc/spma.conf)"},
        {'j', "json", nullptr, "plan and drift as JSON"},
        {'q', "quiet", nullptr, "print errors only"},
        {0, "debug", "N", "as -v"},
        {0, "override", "REASON", "carry out what the guards refuse"},
    };
    for (const Setting& s : table()) {
        if (common(s.name))
            continue;
        out.push_back({0, s.name,
                       s.kind == Setting::yes_no ? "yes|no"
                       : s.kind == Setting::path ? "PATH"
                                                 : "VALUE",
                       s.help});
    }
    return out;
}

Settings read_settings(const Args& args) {
    // Options are a settings file of their own, which goes first.
    std::string given;
    for (const Setting& s : table())
        if (!common(s.name) && args.has(s.name))
            given += fmt::format("{} = {}\n", s.name, args.get(s.name));
    if (args.noaction())
        given += "noaction = yes\n";
    Config options;
    try {
        options = Config::parse(given, "command line", table());
    } catch (Error& e) {
        throw Error(exit_usage, e.message, {}, e.hint);
    }
    Config file =
        Config::read(args.has("cfgfile") ? args.get("cfgfile") : args.rooted("/etc/spma.conf"),
                     table(), !args.has("cfgfile"));
    auto from = [&](const char* name) -> const Config& {
        return options.given(name) ? options : file;
    };
    auto text = [&](const char* n) {
        return from(n).get(n);
    };
    auto yes = [&](const char* n) {
        return from(n).yes(n);
    };
    auto number = [&](const char* n) {
        return from(n).number(n);
    };
    auto path = [&](const char* n) {
        std::string p = text(n);
        return p.empty() || options.given(n) ? p : args.rooted(p);
    };
    auto words = [&](const char* n) {
        std::vector<std::string> out;
        for (std::string w : from(n).words(n)) {
            std::replace(w.begin(), w.end(), ',', ' ');
            for (auto x : words_of(w))
                out.emplace_back(x);
        }
        return out;
    };
    auto one_of = [&](const char* n, std::initializer_list<std::string_view> good) {
        std::string v = text(n), all;
        for (auto g : good) {
            if (v == g)
                return v;
            all += (all.empty() ? "" : ", ") + std::string(g);
        }
        throw from(n).error(n, fmt::format("{} cannot be '{}'", n, v), "one of " + all);
    };

    Settings s{};
    s.packager = text("packager");
    s.targetconf = path("targetconf");
    s.spmlist = path("spmlist");
    s.cachedir = path("cachedir");
    s.repositories = path("repositories");
    s.statedir = path("statedir");
    s.logfile = path("logfile");
    s.lockfile = args.rooted("/var/lock/quattor/spma");
    s.dbpath = text("dbpath");
    s.packager_root = file.get("root").empty() ? args.root() : args.rooted(file.get("root"));
    s.localcache = yes("localcache");
    s.checksig = yes("checksig");
    s.noaction = yes("noaction");
    s.ignorelock = yes("ignorelock");
    s.forcelock = yes("forcelock");
    s.quiet = args.has("quiet");
    s.verbose = args.verbose() || args.has("debug");
    if (yes("proxy")) {
        s.proxytype = one_of("proxytype", {"forward", "reverse"});
        s.proxyhost = words("proxyhost");
        if (s.proxyhost.empty())
            throw from("proxy").error("proxy", "a proxy is asked for and none is named",
                                      "set proxyhost");
    }
    s.headcache = words("headcache");
    for (auto& url : s.headcache)
        if (url.find("://") == url.npos)
            throw from("headcache")
                .error("headcache", fmt::format("headcache cannot be '{}'", url),
                       "a URL: http://head.example.org/spma-cache");
    s.proxyport = int(number("proxyport"));
    s.proxyrandom = yes("proxyrandom");
    s.retries = number("retries");
    s.timeout = from("timeout").seconds("timeout");
    s.apply_timeout = from("applytimeout").seconds("applytimeout");
    s.cachelimit = from("cachelimit").bytes("cachelimit");
    s.connections = std::clamp(number("connections"), 1L, 32L);
    s.max_age = long(from("guardage").seconds("guardage"));
    s.refresh = long(from("refresh").seconds("refresh"));
    s.arches = words("arch");
    s.dependencies = one_of("dependencies", {"report", "add", "ignore"});

    Policy& p = s.policy;
    p.userpkgs = yes("userpkgs");
    p.userprio = yes("userprio");
    p.protectkernel = yes("protectkernel");
    p.usespmlist = yes("usespmlist");
    p.override_reason = args.get("override");
    p.guards.removals = size_t(number("guardremovals"));
    p.guards.percent = unsigned(number("guardpercent"));
    for (auto& w : words("essential"))
        p.guards.essential.push_back(w);
    p.kernel = text("kernel");
    if (utsname u{}; p.kernel.empty() && uname(&u) == 0)
        p.kernel = u.release;
    if (p.userprio && !p.userpkgs)
        throw from("userprio")
            .error("userprio", "userprio needs userpkgs", "set userpkgs = yes too");
    if (!p.usespmlist && !p.userpkgs)
        throw from("usespmlist")
            .error("usespmlist", "usespmlist = no needs userpkgs", "set userpkgs = yes too");
    return s;
}

}  // namespace weft::spm
