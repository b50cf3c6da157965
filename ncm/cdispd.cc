// cdispd - run the components whose configuration changed                   page: man/cdispd.8
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "base/daemon.hh"
#include "ncm/dispatcher.hh"
#include "ncm/ncdconf.hh"
#include "ncm/settings.hh"
using namespace weft;

namespace {

const std::vector<ncm::Setting> table = {
    {"interval", "60", ncm::Setting::number, "SECONDS",
     "between two looks when nothing was heard (60)"},
    {"cache_root", "", ncm::Setting::path, "DIR", "the profile cache; default: as ccm.conf says"},
    {"state", "", ncm::Setting::path, "DIR",
     "state of the components, for ncd; default: as its file says"},
    {"workdir", "", ncm::Setting::path, "DIR", "what is remembered, shared with ncd"},
    {"ncd", "", ncm::Setting::text, "PROGRAM", "the runner; default: ncd beside us"},
    {"ncd-retries", "", ncm::Setting::text, "N", "for ncd: tries for its lock"},
    {"ncd-timeout", "", ncm::Setting::text, "SECONDS", "for ncd: between two tries"},
    {"ncd-useprofile", "", ncm::Setting::text, "CID",
     "accepted; the profile looked at is the one run"},
    {"initial-run", "changed", ncm::Setting::text, "WHAT",
     "at start: all, changed or none (changed)"},
    {"retry-first", "60", ncm::Setting::number, "SECONDS",
     "until a failed component is tried again (60)"},
    {"retry-most", "3600", ncm::Setting::number, "SECONDS", "doubled each time up to this (3600)"},
    {"missing-path", "changed", ncm::Setting::text, "HOW",
     "a registered path not in the profile: changed or unchanged"},
    {"noautoregcomp", "0", ncm::Setting::flag, nullptr,
     "do not watch a component's own configuration"},
    {"noautoregpkg", "0", ncm::Setting::flag, nullptr, "do not watch a component's package"},
    {"noaction", "0", ncm::Setting::flag, nullptr, "run ncd with --noaction"},
    {"windows", "", ncm::Setting::text, "WINDOWS",
     "when components that wait for one may run; default: always"},
    {"drain", "", ncm::Setting::text, "CMD",
     "closes the node for users: 0 it is empty, 75 not yet"},
    {"release", "", ncm::Setting::text, "CMD", "opens it again"},
    {"drain-retry", "60", ncm::Setting::number, "SECONDS",
     "until the drain command is asked again (60)"},
    {"drift", "0", ncm::Setting::number, "SECONDS",
     "look this often whether files are still as written; 0: never"},
    {"drift-files", "300", ncm::Setting::number, "SECONDS",
     "the same by their times and sizes, without a process; 0: never (300)"},
    {"drift-repair", "0", ncm::Setting::flag, nullptr, "configure what is not"},
    {"report", "auto", ncm::Setting::text, "URL", "where the status is posted; auto or none"},
    {"logfile", "", ncm::Setting::text, "FILE", "accepted and not used"},
    {"facility", "local1", ncm::Setting::text, "NAME", "accepted and not used"},
    {"quiet", "0", ncm::Setting::flag, nullptr, "accepted and not used"},
};

ncm::DispatcherRules read_rules(const Args& args) {
    std::string file = args.get("config");
    if (file.empty() && access(args.rooted("/etc/ncm-cdispd.conf").c_str(), F_OK) == 0)
        file = args.rooted("/etc/ncm-cdispd.conf");
    ncm::Settings s(table, args, file, ncm::Settings::Grammar::equations);
    // What is not said here is what ncd would do: its own file says where its folders are.
    std::vector<std::string> words;
    if (!args.root().empty())
        words = {"--root", args.root()};
    Program plain{.name = "ncd", .usage = "", .about = "", .options = {}, .body = {}};
    Args bare = parse_args(plain, words);
    ncm::Settings ncd = ncm::read_ncd_settings(bare);

    ncm::DispatcherRules r;
    r.root = args.root() == "/" ? "" : args.root();
    r.noquattor = args.rooted("/etc/noquattor");
    auto pick = [&](const char* name) {
        return s.get(name).empty() ? ncd.get(name) : s.get(name);
    };
    r.cache_root = pick("cache_root");
    if (r.cache_root.empty())
        r.cache_root = ncm::cache_root_of(bare);
    r.work_dir = pick("workdir");
    r.state_dir = pick("state");
    r.components = ncm::component_places(ncd);
    std::string program = s.get("ncd");
    if (program.empty())
        program = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ncd").string();
    r.ncd = {program,    "--state",      r.state_dir, "--workdir",
             r.work_dir, "--cache_root", r.cache_root};
    for (auto [ours, its] :
         {std::pair("ncd-retries", "--retries"), std::pair("ncd-timeout", "--timeout")})
        if (!s.get(ours).empty())
            r.ncd.insert(r.ncd.end(), {its, s.get(ours)});
    r.initial_run = s.get("initial-run");
    if (r.initial_run != "all" && r.initial_run != "changed" && r.initial_run != "none")
        throw Error(exit_config,
                    fmt::format("'initial-run' is all, changed or none, not '{}'", r.initial_run));
    if (s.get("missing-path") != "changed" && s.get("missing-path") != "unchanged")
        throw Error(exit_config, fmt::format("'missing-path' is changed or unchanged, not '{}'",
                                             s.get("missing-path")));
    r.noaction = s.flag("noaction");
    r.selection.watch_itself = !s.flag("noautoregcomp");
    r.selection.watch_package = !s.flag("noautoregpkg");
    r.selection.missing_is_changed = s.get("missing-path") == "changed";
    r.selection.retry_first = s.seconds("retry-first");
    r.selection.retry_most = s.seconds("retry-most");
    r.report = s.get("report");
    r.reporter = libexec_dir() + "/ncm-report";
    r.windows = ncm::parse_windows(s.get("windows"));
    r.drain = ncm::words(s.get("drain"), " \t");
    r.release = ncm::words(s.get("release"), " \t");
    r.drain_retry = s.seconds("drain-retry");
    r.drift = s.seconds("drift");
    r.drift_files = s.seconds("drift-files");
    r.drift_repair = s.flag("drift-repair");
    r.interval = std::max(0.05, s.seconds("interval"));
    return r;
}

}  // namespace

int main(int argc, char** argv) {
    auto dispatcher = std::make_shared<std::optional<ncm::Dispatcher>>();
    Daemon d{
        .name = "cdispd",
        .usage =
            "cdispd [-dnv] [-f file] [--root dir] [--pidfile file] [--initial-run what] [--setting "
            "value]",
        .about = "Watch the node's profile and run the components whose configuration changed.",
        .options = ncm::options_of(table)};
    d.config_file = "/etc/ncm-cdispd.conf";
    d.stop_seconds =
        4 * 3600;  // a running component is never cut off; a second signal does not wait
    d.on_check = [](const Args& args, const Config&) {
        read_rules(args);
    };
    d.on_start = [dispatcher](Service& s) {
        if (geteuid() != 0 && s.args.root().empty())
            throw Error(exit_denied, "must be root, unless --root is given");
        dispatcher->emplace(s.loop, s.log, read_rules(s.args));
        (*dispatcher)->start();
    };
    d.on_usr1 = [dispatcher](Service&) {
        (*dispatcher)->retry_now();
    };
    d.on_stop = [dispatcher](Service&, std::function<void()> done) {
        (*dispatcher)->stop(std::move(done));
    };
    return serve(d, argc, argv);
}
