// ncd - run components of the node's configuration                          page: man/ncd.8
#include <fmt/core.h>
#include <grp.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "base/program.hh"
#include "ncm/actions.hh"
#include "ncm/ccmconf.hh"
#include "ncm/configure.hh"
#include "ncm/ncdconf.hh"
#include "ncm/noquattor.hh"
#include "ncm/states.hh"
using namespace weft;

namespace {

constexpr int exit_errors = 255, exit_disabled = 3;

ncm::RunPlaces places_of(const Args& args, const ncm::Settings& s, const std::string& cache_root) {
    ncm::RunPlaces p;
    p.root = args.root() == "/" ? "" : args.root();
    p.cache_root = cache_root;
    p.state_dir = s.get("state");
    if (!p.state_dir.starts_with('/'))
        throw Error(exit_usage, fmt::format("the state folder '{}' is not absolute", p.state_dir));
    p.work_dir = s.get("workdir");
    p.log_dir = s.get("logdir");
    if (s.flag("log_world_readable"))
        p.log_mode = 0644;
    else if (!s.get("log_group_readable").empty())
        p.log_mode = 0640;
    p.components = ncm::component_places(s);
    p.service_command = ncm::words(s.get("service-command"), " \t");
    if (p.service_command.empty() && p.root.empty())
        p.service_command = ncm::service_command();
    return p;
}

int list(const std::map<std::string, ncm::Planned>& all) {
    for (auto& [name, p] : all)
        fmt::print("{} {}{}\n", name, p.active ? "active" : "inactive",
                   p.active && !p.dispatch ? " not-dispatched" : "");
    return exit_ok;
}

int report(const ncm::States& states, const std::string& format) {
    auto all = states.all();
    if (format == "nagios") {
        std::string names;
        for (auto& e : all)
            names += (names.empty() ? "" : ",") + e.name;
        std::string line =
            all.empty() ? "OK 0 components with error"
                        : fmt::format("ERROR {} components with error: {}", all.size(), names);
        std::string tail = fmt::format(" | failed={}", all.size());
        if (line.size() + tail.size() > 255)
            line.resize(255 - tail.size());
        fmt::print("{}{}\n", line, tail);
        return all.empty() ? 0 : 2;
    }
    if (format != "simple")
        throw Error(exit_usage, fmt::format("unknown report format '{}'", format), {},
                    "it is simple or nagios");
    if (all.empty()) {
        fmt::print("no components with error\n");
        return exit_ok;
    }
    fmt::print("{} components with error\n", all.size());
    for (auto& e : all) {
        char when[64];
        struct tm t {};
        localtime_r(&e.when, &t);
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &t);
        fmt::print("{} {} {}\n", e.name, when, e.message.empty() ? "pending" : e.message);
    }
    return exit_errors;
}

std::string one_line(const ncm::Outcome& o) {
    std::string s = o.component + ": ";
    s += o.errors                     ? "failed"
         : o.skipped || o.unsupported ? "skipped"
         : o.warnings                 ? "ok, with warnings"
                                      : "ok";
    for (size_t i = 0; i < o.changed.size(); i++)
        s += (i ? " " : ", changed ") + o.changed[i];
    return s + fmt::format(" ({:.3f} s)", o.seconds);
}

/// Names given as words; commas between them are fine too.
std::vector<std::string> names_of(const Args& args) {
    std::vector<std::string> names;
    for (const std::string& w : args.rest())
        for (auto& n : ncm::words(w))
            names.push_back(n);
    return names;
}

std::vector<std::string> select(const Args& args, const std::map<std::string, ncm::Planned>& all) {
    std::vector<std::string> names = names_of(args);
    if (names.empty() == !args.has("all"))
        throw Error(exit_usage, "name the components to configure, or give --all; not both");
    if (args.has("skip") && !args.has("all"))
        throw Error(exit_usage, "--skip goes with --all only");
    if (!args.has("all"))
        return names;
    auto skip = ncm::words(args.get("skip"));
    for (auto& [name, p] : all)
        if (p.active && std::find(skip.begin(), skip.end(), name) == skip.end())
            names.push_back(name);
    return names;
}

int configure(const Args& args, const ncm::Settings& s, const Log& log) {
    // The cache's own settings say where it is, unless ours do.
    std::string cache_root = s.get("cache_root");
    if (cache_root.empty())
        cache_root = ncm::cache_root_of(args);
    ncm::RunPlaces places = places_of(args, s, cache_root);
    if (args.has("changes")) {
        fmt::print("{}", ncm::change_history(places.work_dir, args.rest()));
        return exit_ok;
    }
    if (args.has("report"))
        return report(ncm::States(places.state_dir), s.get("report-format"));

    ncm::CacheManager cache(cache_root);
    ncm::Configuration config = cache.configuration(s.get("useprofile"));
    config.hold();
    auto all = ncm::planned(config);
    if (args.has("list"))
        return list(all);
    if (args.has("graph")) {
        fmt::print("{}", ncm::dependency_graph(all));
        return exit_ok;
    }

    ncm::RunRules rules;
    rules.verb = args.has("unconfigure") ? "unconfigure"
                 : args.has("check")     ? "check"
                                         : "configure";
    rules.noaction = args.noaction() || rules.verb == "check";
    rules.verbose = args.verbose();
    rules.multilog = s.flag("multilog");
    rules.verbose_logfile = s.flag("verbose_logfile");
    rules.nodeps = s.flag("nodeps");
    rules.forgive_dependencies = s.flag("ignore-errors-from-dependencies");
    rules.pre_hook = s.get("pre-hook");
    rules.post_hook = s.get("post-hook");
    rules.pre_hook_timeout = s.seconds("pre-hook-timeout");
    rules.jobs = int(std::max(1L, s.number("jobs")));
    rules.history = s.flag("history");
    rules.confirm_command = ncm::words(s.get("confirm-command"), " \t");
    rules.historic = s.list("historic");
    rules.health_time = s.seconds("health-time");
    rules.confirm_time = s.seconds("confirm-time");
    rules.post_hook_timeout = s.seconds("post-hook-timeout");

    std::string lock_path = args.rooted("/var/lock/quattor/ncm-ncd");
    std::optional<FileLock> lock;
    if (!s.flag("ignorelock") && !s.flag("forcelock")) {
        make_dirs(lock_path.substr(0, lock_path.rfind('/')));
        lock = FileLock::lock(lock_path, double(s.number("retries")) * s.seconds("timeout"));
    }
    // One that waited here while its dispatcher died would undo what the next dispatcher's run has
    // done.
    if (args.has("started-by") && getppid() != args.number("started-by", 0))
        throw Error(exit_try_later, "the process that started this run has gone: nothing is run");
    if (rules.verb == "unconfigure") {
        if (names_of(args).size() != 1)
            throw Error(exit_usage, "--unconfigure takes exactly one component");
        rules.order = rules.asked = names_of(args);
        if (!ncm::is_component_name(rules.order[0]))
            throw Error(exit_usage, fmt::format("'{}' is no name of a component", rules.order[0]));
        if (!all.contains(rules.order[0]) && !ncm::applied(places, rules.order[0]))
            throw Error(exit_no,
                        fmt::format("'{}' is not in the profile and was never configured here",
                                    rules.order[0]));
    } else {
        ncm::OrderRules order{s.flag("autodeps"), s.flag("nodeps")};
        if (rules.forgive_dependencies)
            order.nodeps = order.autodeps = true;
        rules.asked = select(args, all);
        rules.order = ncm::run_order(all, rules.asked, order);
    }
    ncm::RunReport r = ncm::run_components(&config, all, places, rules, log);
    if (rules.noaction && args.has("json"))
        fmt::print("{}\n", r.json(rules.verb, true));
    else
        for (const ncm::Outcome& o : r.components)
            fmt::print("{}\n", one_line(o));
    for (auto& a : r.services)
        fmt::print("{} {}: {}\n", a.action, a.service, a.error.empty() ? "done" : a.error);
    if (!args.has("json"))
        fmt::print("{} components, {} errors, {} warnings\n", r.components.size(), r.errors,
                   r.warnings);
    return r.errors ? exit_errors : exit_ok;
}

/// All but the settings is looked for inside, as if the system there was running.
void enter(const Args& args, const std::string& dir) {
    if (!args.root().empty())
        throw Error(exit_usage, "--chroot and --root exclude each other");
    setenv("WEFT_LIBEXEC", libexec_dir().c_str(), 1);  // there may be no /proc to ask
    if (chroot(dir.c_str()) || chdir("/"))
        throw system_error("cannot run inside '" + dir + "'");
}

int body(const Args& args) {
    Log log("ncd", args.verbose() ? Level::debug : Level::info);
    int verbs = 0;
    for (const char* v :
         {"configure", "unconfigure", "list", "graph", "report", "check", "changes"})
        verbs += args.has(v);
    if (verbs != 1)
        throw Error(exit_usage,
                    "exactly one of --configure, --unconfigure, --check, --list, --graph, --report "
                    "and --changes is needed");
    if (geteuid() != 0 && args.root().empty())
        throw Error(exit_denied, "must be root, unless --root is given");
    for (int sig : {SIGHUP, SIGALRM})
        std::signal(sig, SIG_IGN);
    for (int sig : {SIGTERM, SIGINT}) {
        struct sigaction a {};
        a.sa_handler = [](int) {
            ncm::stop_requested = 1;
        };
        sigaction(sig, &a, nullptr);
    }
    try {
        ncm::Settings s = ncm::read_ncd_settings(args);
        if (std::string dir = s.get("chroot"); !dir.empty())
            enter(args, dir);
        bool runs = args.has("configure") || args.has("unconfigure");
        if (auto reason = ncm::noquattor(args);
            reason && runs && s.flag("check-noquattor") && !args.has("force-quattor")) {
            log.warning("switched off by '{}': {}", args.rooted("/etc/noquattor"), *reason);
            return exit_disabled;
        }
        return configure(args, s, log);
    } catch (Error& e) {
        e.status = exit_errors;
        throw;
    }
}

}  // namespace

int main(int argc, char** argv) {
    // quattor-configure, quattor-unconfigure and quattor-list are links to us: the verb is in the
    // name.
    std::vector<char*> words(argv, argv + argc);
    std::string name = argc ? argv[0] : "", verb;
    name.erase(0, name.rfind('/') + 1);
    if (name == "quattor-configure" || name == "quattor-unconfigure" || name == "quattor-list") {
        verb = "--" + name.substr(name.find('-') + 1);
        words.insert(words.begin() + 1, verb.data());
    }
    Program p{
        .name = "ncd",
        .usage =
            "ncd [-nv] [--root dir] [--skip names] --configure [--all] [component ...]\n"
            "ncd [-nv] [--root dir] --unconfigure component\n"
            "ncd [-v] [--root dir] --check [--json] [--all] [component ...]\n"
            "ncd [--root dir] --changes [word ...]\n"
            "ncd [--root dir] --list\n"
            "ncd [--root dir] --graph\n"
            "ncd [--root dir] [--report-format format] --report",
        .about =
            "Run components: make this machine what its profile says, in the order of their "
            "dependencies.",
        .options = {{0, "configure", nullptr, "configure the named components"},
                    {0, "unconfigure", nullptr, "take back what one component did"},
                    {0, "check", nullptr, "say what would change, change nothing"},
                    {0, "list", nullptr, "list the components of the profile"},
                    {0, "graph", nullptr, "print their dependencies as a DOT graph"},
                    {0, "report", nullptr, "list the components that failed or are pending"},
                    {0, "changes", nullptr,
                     "list what was changed when; only lines with all the words"},
                    {0, "all", nullptr, "all active components"},
                    {0, "skip", "NAMES", "with --all: not these"},
                    {'n', "noaction", nullptr, "let components say what they would change"},
                    {0, "json", nullptr, "with --check: the report as JSON"},
                    {0, "force-quattor", nullptr, "even if /etc/noquattor exists"},
                    {0, "started-by", "PID", "do nothing when this process has gone (cdispd)"},
                    {'f', "cfgfile", "FILE", "settings (/etc/ncm-ncd.conf)"}},
        .body = body,
        .commands = {},
        .usage_status = exit_errors};
    return run(ncm::with_settings(p, ncm::ncd_settings), int(words.size()), words.data());
}
