// A run of spma, from looking to remembering. The order of the steps is what makes it safe to kill:
// the journal is on disk before the packager starts, the managed list and the history before the
// journal goes.
#include "spm/agent.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/file.hh"
#include "spm/fetch.hh"
#include "spm/report.hh"
#include "spm/resolve.hh"

namespace weft::spm {

namespace fs = std::filesystem;

static Level level(const Settings& s) {
    return s.quiet ? Level::error : s.verbose ? Level::debug : Level::info;
}

Agent::Agent(const Settings& s, const Args&)
    : settings_(s),
      log_("spma", level(s)),
      packager_(s.packager, call(), s.apply_timeout),
      journal_(s.statedir),
      history_(s.statedir),
      origins_(s.statedir) {}

Agent::~Agent() = default;

void Agent::say(Level l, const std::string& line) {
    if (log_.enabled(l))
        log_.write(l, line);
    if (settings_.logfile.empty() || settings_.noaction)
        return;
    time_t now = time(nullptr);
    struct tm t {};
    localtime_r(&now, &t);
    std::string text =
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}: {}\n", t.tm_year + 1900, t.tm_mon + 1,
                    t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, level_name(l), line);
    Fd fd(::open(settings_.logfile.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!fd || write(fd.get(), text.data(), text.size()) < 0)
        log_.write(Level::warning,
                   fmt::format("cannot write '{}': {}", settings_.logfile, strerror(errno)));
}

Situation Agent::look(bool mend) {
    Situation s;
    s.target = parse_target(read_file(settings_.targetconf), settings_.targetconf);
    if (auto text = read_if_exists(settings_.spmlist))
        s.managed = parse_packages(*text, settings_.spmlist);
    if (names_groups(s.target)) {
        Repositories repositories(settings_, packager_.format(),
                                  [&](Level l, const std::string& line) { say(l, line); });
        repositories.refresh();
        s.target = expand_groups(s.target, repositories.groups());
    }
    s.installed = installed(mend);
    Policy policy = settings_.policy;
    policy.format = packager_.format();
    s.plan = make_plan(s.installed, s.managed, s.target, policy);
    complete(s, policy);
    return s;
}

std::vector<Installed> Agent::installed(bool mend) {
    auto list = packager_.list();
    bool whole =
        std::none_of(list.begin(), list.end(), [](auto& i) { return i.broken || i.unfinished; });
    if (!mend || whole)
        return list;
    auto outcome = carry_out({});
    if (outcome.locked())
        throw Error(exit_try_later, outcome.message);
    if (!outcome.ok())
        say(Level::warning, "what is half installed cannot be finished: " + outcome.message);
    return packager_.list();
}

void Agent::complete(Situation& s, Policy& policy) {
    if (s.plan.empty() || packager_.format() == Format::pkg)
        return;
    Repositories repositories(settings_, packager_.format(),
                              [&](Level l, const std::string& line) { say(l, line); });
    if (!repositories.any())
        return;
    repositories.refresh();
    policy.sources = repositories.sources();
    s.plan = make_plan(s.installed, s.managed, s.target, policy);
    solv::Universe universe(packager_.format(), repositories.arches());
    universe.add_installed(call(), settings_.noaction ? "" : settings_.statedir + "/installed.solv",
                           s.installed);
    repositories.load(universe);
    if (settings_.dependencies != "ignore")
        for (const Operation& op : s.plan.operations)
            if (std::string path = local_file(op, packager_.format()); !path.empty())
                universe.add_file(path);
    resolve_plan(s.plan, s.target, repositories, universe, settings_.dependencies,
                 packager_.format());
}

Situation Agent::look_back(const Run& run, bool mend) {
    Situation s;
    for (const Package& p : run.before)
        s.target.push_back({"", p, 0, 0});
    if (auto text = read_if_exists(settings_.spmlist))
        s.managed = parse_packages(*text, settings_.spmlist);
    s.installed = installed(mend);
    Policy policy = settings_.policy;
    policy.format = packager_.format();
    policy.userpkgs = policy.userprio = false;
    s.plan = make_plan(s.installed, s.managed, s.target, policy);
    complete(s, policy);
    for (Operation& op : s.plan.operations)
        op.reason = op.action == Action::erase
                        ? fmt::format("was not there before run {}", run.number)
                        : fmt::format("was there before run {}", run.number);
    origins_.fill(s.plan.operations);
    return s;
}

void Agent::fetch(std::vector<Operation>& ops) {
    FetchResult r = fetch_packages(settings_, packager_, ops,
                                   [&](Level l, const std::string& line) { say(l, line); });
    if (r.failed.empty())
        return;
    std::string all;
    for (auto& line : r.failed)
        all += "\n  " + line;
    throw Error(exit_unavailable,
                fmt::format("{} of {} packages cannot be had:{}", r.failed.size(), r.wanted, all));
}

namespace {

/// Ctrl-C and a closing terminal do not stop a transaction half-way.
struct Undisturbed {
    static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction before[4]{};
    Undisturbed() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        for (int i = 0; i < 4; i++)
            sigaction(signals[i], &ignore, &before[i]);
    }
    ~Undisturbed() {
        for (int i = 0; i < 4; i++)
            sigaction(signals[i], &before[i], nullptr);
    }
};

}  // namespace

Packager::Outcome Agent::carry_out(const std::vector<Operation>& ops) {
    Undisturbed here;
    bool terminal = isatty(2) && !settings_.quiet;
    size_t total = ops.size(), n = 0;
    auto outcome = packager_.apply(ops, false, [&](std::string_view line) {
        if (line.starts_with("begin "))
            total = size_t(std::max(1L, atol(std::string(line.substr(6)).c_str())));
        if (line.starts_with("done ")) {
            n++;
            if (terminal)
                fmt::print(stderr, "\r[{}/{}] {}\x1b[K", n, total, line.substr(5));
        }
        if (!line.starts_with("warning "))
            log_.write(Level::debug, line);
    });
    if (terminal && n)
        fmt::print(stderr, "\r\x1b[K");
    for (auto& w : outcome.warnings)
        say(Level::warning, w);
    return outcome;
}

bool Agent::recover() {
    std::optional<std::vector<Operation>> left;
    try {
        left = journal_.unfinished();
    } catch (const Error& e) {
        // Written whole or not at all: somebody else changed it. The plan starts from what is
        // installed anyway.
        say(Level::warning, "the journal cannot be read and is dropped: " + e.message);
        journal_.end();
        return true;
    }
    if (!left)
        return false;
    say(Level::warning,
        fmt::format("the last run was interrupted, {} operations are finished first",
                    left->size()));
    std::string trouble;
    for (const Operation& op : *left)
        if (op.action != Action::erase && !op.file.empty() && access(op.file.c_str(), R_OK))
            trouble = fmt::format("'{}' is gone", op.file);
    if (trouble.empty()) {
        auto outcome = carry_out(*left);
        if (outcome.locked())
            throw Error(exit_try_later,
                        "the interrupted run cannot be finished yet: " + outcome.message);
        if (!outcome.ok())
            trouble = outcome.message;
    }
    if (trouble.empty())
        say(Level::info, "the interrupted run is finished");
    else
        say(Level::warning,
            fmt::format(
                "the interrupted run cannot be finished, the plan starts from what is there: {}",
                trouble));
    journal_.end();
    return true;
}

int Agent::apply(Situation& s, const std::string& note, const Run* undone) {
    Plan& plan = s.plan;
    for (auto& w : plan.warnings)
        say(Level::warning, w);
    for (auto& r : plan.overridden)
        say(Level::warning,
            fmt::format("{} (overridden: {})", r.message, settings_.policy.override_reason));
    if (!plan.refused.empty()) {
        std::string all;
        for (auto& r : plan.refused)
            all += "\n  " + r.message;
        auto any = [&](const char* guard) {
            return std::any_of(plan.refused.begin(), plan.refused.end(),
                               [&](auto& r) { return r.guard == guard; });
        };
        throw Error(
            exit_denied, "the plan is refused:" + all, {},
            any("empty-target") ? ""
            : any("dependencies")
                ? "change the target; 'dependencies' in spma(8) says what spma may do itself"
                : "if it is right, run again with --override and the reason");
    }
    if (plan.empty()) {
        if (!settings_.noaction && !undone)
            write_file(settings_.spmlist, packages_text(plan.managed));
        say(Level::info, "nothing to do");
        return exit_ok;
    }
    if (settings_.noaction) {
        say(Level::info, "noaction: " + plan_summary(plan));
        return exit_ok;
    }
    fetch(plan.operations);

    Run run;
    run.note = note + (settings_.policy.override_reason.empty()
                           ? ""
                           : ", overriding: " + settings_.policy.override_reason);
    for (const Installed& i : s.installed)
        run.before.push_back(i.package);
    run.managed = s.managed;
    journal_.begin(plan.operations);
    auto outcome = carry_out(plan.operations);
    if (outcome.locked()) {
        journal_.end();
        throw Error(exit_try_later, outcome.message);
    }
    run.status = outcome.status;
    run.time = time(nullptr);

    auto now = packager_.list();
    for (const Installed& i : now)
        run.after.push_back(i.package);
    Policy policy = settings_.policy;
    policy.format = packager_.format();
    Plan rest = make_plan(now, plan.managed, s.target, policy);
    std::erase_if(rest.operations, [](auto& op) { return op.may_miss && op.package.is_pattern(); });
    std::set<Package> there(run.after.begin(), run.after.end());
    std::vector<Package> managed;
    for (const Package& p : undone ? undone->managed : rest.managed)
        if (there.count(p))
            managed.push_back(p);
    make_dirs(fs::path(settings_.spmlist).parent_path());
    write_file(settings_.spmlist, packages_text(managed));
    int number = history_.add(run);
    origins_.add(plan.operations);
    // One that was killed may have left programs of the package system that work on: the next run
    // waits for them, and finishes.
    if (!outcome.killed()) {
        journal_.end();
        if (!outcome.ok())
            drop_unproved(plan.operations);
    }
    trim_cache(plan.operations);

    if (!outcome.ok()) {
        say(Level::error,
            fmt::format("packager '{}' failed: {}", packager_.name(), outcome.message));
        return exit_no;
    }
    auto reasons = reboot_reasons(plan.operations);
    for (auto& why : reasons)
        say(Level::warning, "reboot needed: " + why);
    remember_reboot(settings_.statedir, reasons);
    if (!undone && !rest.empty() && settings_.dependencies != "add")
        say(Level::warning, "not everything is as wanted yet: " + plan_summary(rest));
    say(Level::info, fmt::format("done, run {}: {}", number, plan_summary(plan)));
    return exit_ok;
}

void Agent::drop_unproved(const std::vector<Operation>& ops) const {
    for (const Operation& op : ops)
        if (op.action != Action::erase && op.source.checksum.empty() &&
            op.file.starts_with(settings_.cachedir + "/"))
            unlink(op.file.c_str());
}

void Agent::trim_cache(const std::vector<Operation>& needed) {
    struct File {
        fs::file_time_type used;
        uintmax_t size;
        fs::path path;
    };
    std::vector<File> files;
    uintmax_t total = 0;
    std::error_code ec;
    for (auto& e : fs::directory_iterator(settings_.cachedir, ec)) {
        if (!e.is_regular_file(ec) || e.path().filename().string().starts_with('.'))
            continue;
        files.push_back({e.last_write_time(ec), e.file_size(ec), e.path()});
        total += files.back().size;
    }
    std::sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.used < b.used; });
    std::set<std::string> keep;
    for (const Operation& op : needed)
        keep.insert(op.file);
    for (auto& f : files) {
        if (total <= settings_.cachelimit)
            break;
        if (keep.count(f.path))
            continue;
        if (fs::remove(f.path, ec))
            total -= f.size;
    }
}

}  // namespace weft::spm
