// ccm-fetch - fetch this node's profile into its cache                   page: man/ccm-fetch.8
#include <fcntl.h>
#include <unistd.h>

#include "base/file.hh"
#include "base/program.hh"
#include "ncm/fetch.hh"
#include "ncm/noquattor.hh"
#include "ncm/store.hh"
using namespace weft;

static int body(const Args& args) {
    if (args.has("logfile")) {
        Fd fd(::open(args.get("logfile").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!fd || ::dup2(fd.get(), 2) < 0) {
            Error e = system_error("cannot open the log '" + args.get("logfile") + "'");
            e.status = ncm::fetch_error;
            throw e;
        }
    }
    Log log("ccm-fetch", args.verbose() ? Level::debug : Level::info);
    if (!args.rest().empty())
        throw Error(exit_usage, "unexpected word '" + args.rest()[0] + "'");
    if (auto reason = ncm::noquattor(args); reason && !args.has("force-quattor")) {
        log.warning("switched off by '{}': {}", args.rooted("/etc/noquattor"), *reason);
        return ncm::fetch_disabled;
    }
    try {
        ncm::Settings s = ncm::read_ccm_settings(args);
        if (args.has("reach")) {
            ncm::reach(s);
            return ncm::fetch_ok;
        }
        ncm::FetchResult r = ncm::fetch(s, args.has("foreign"), log);
        if (r.changed)
            try {  // nobody waits for this, and nobody has to remember to run ccm-purge
                bool foreign = args.has("foreign");
                FileLock lock = FileLock::lock(s.get("cache_root") + "/fetch.lock", 5);
                ncm::purge(ncm::CacheManager(s.get("cache_root")),
                           foreign ? 0 : s.number("keep_old"),
                           foreign ? 0 : s.seconds("purge_time"), log, false);
            } catch (const Error& e) {
                log.warning("old profiles were not removed: {}", e.message);
            }
        return ncm::fetch_ok;
    } catch (Error& e) {
        e.status = e.status == exit_config || e.status == exit_usage ? ncm::fetch_error
                                                                     : ncm::fetch_network;
        throw;
    }
}

int main(int argc, char** argv) {
    Program p{
        .name = "ccm-fetch",
        .usage =
            "ccm-fetch [-v] [--cfgfile file] [--root dir] [--profile url] [--force] [--foreign] "
            "[--reach]\n"
            "[--force-quattor] [--setting value]",
        .about = "Fetch this node's profile into its cache and make it current.",
        .options = {{0, "cfgfile", "FILE", "settings (/etc/ccm.conf); see ccm.conf(5)"},
                    {0, "foreign", nullptr, "another node's profile, into a cache of its own"},
                    {0, "reach", nullptr, "only see whether the server can be reached"},
                    {0, "force-quattor", nullptr, "even if /etc/noquattor exists"},
                    {0, "logfile", "FILE", "messages go to the end of FILE, not to standard error"},
                    {0, "profile-time", "SECONDS", "accepted and not used"}},
        .body = body,
        .commands = {},
        .usage_status = ncm::fetch_error};
    return run(ncm::with_settings(p, ncm::ccm_settings), argc, argv);
}
