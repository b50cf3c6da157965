// What every daemon of the suite is: a program around one loop, with one instance, signals,
// readiness, dropped privileges and a clean stop. A daemon fills in what it does.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/config.hh"
#include "base/log.hh"
#include "base/loop.hh"
#include "base/program.hh"

namespace weft {

/// What the callbacks are given. Lives until serve() returns; on_reload sees a new `config`.
struct Service {
    Loop& loop;
    const Args& args;
    const Log& log;
    const Config& config;  ///< of the file named by -f; empty when the daemon reads its own
};

struct Daemon {
    const char* name;
    const char* usage;  ///< as Program's; name there what serve() adds: [-dnv] [-f file] ...
    const char* about;
    std::vector<Option> options{};  ///< besides those serve() adds (see below)

    const char* config_file =
        nullptr;  ///< default of -f, relocated by --root; may be absent unless -f named it
    std::vector<Setting>
        settings{};        ///< its keys; `user` and `group` are added. Empty: not read here,
                           ///< on_check and on_start read args.get("config") in their own grammar
    bool threads = false;  ///< has worker threads: leave malloc its arenas
    double stop_seconds = 10;  ///< the most on_stop may delay the end

    /// More checks of the configuration, before anything else happens; all there is under
    /// -n/--check.
    std::function<void(const Args&, const Config&)> on_check{};
    /// Open sockets and files, start timers. Privileges are dropped and readiness is told when it
    /// returns.
    std::function<void(Service&)> on_start{};
    /// SIGHUP, after the settings were read again; when that fails it is logged and the old ones
    /// stay.
    std::function<void(Service&)> on_reload{};
    /// SIGUSR1.
    std::function<void(Service&)> on_usr1{};
    /// SIGTERM or SIGINT: finish what is under way, then call `done` (now or later). Without it the
    /// loop stops at once. A second signal does not wait: as when stop_seconds are over.
    std::function<void(Service&, std::function<void()> done)> on_stop{};
};

/// The whole life of a daemon: main() is one call to this. Adds to the daemon's own options, unless
/// it has the letter or the word itself:
///   -d --foreground    stay in front (the default: supervisors want that), log to standard error
///      --detach        go to the background once ready, log to syslog; the caller's status is 0
///      only then
///   -f --config FILE   the settings file (when the daemon has one)
///   -n --check         check the configuration and exit
///      --pidfile FILE  default /run/weft/NAME.pid; holds the lock that makes this the only
///      instance
///      --ready-fd N    write a line end to descriptor N and close it once ready (s6, tests)
/// NOTIFY_SOCKET is told READY=1, RELOADING=1 and STOPPING=1 (systemd).
/// Exit status: 0 after a clean stop, 75 when another instance runs or work was left undone, 78 for
/// a bad configuration. With `threads` it returns only when on_stop has called `done`, so that what
/// the daemon owns is destroyed with no thread of it at work; otherwise the process ends here.
int serve(const Daemon&, int argc, char** argv);

}  // namespace weft
