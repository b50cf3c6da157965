// The software package management agent.
#include <fmt/core.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>

#include "base/file.hh"
#include "spm/agent.hh"
#include "spm/check.hh"
#include "spm/report.hh"

using namespace weft;
using namespace weft::spm;

namespace {

void print_plan(const Plan& plan, const Args& args, bool kept) {
    if (args.has("json"))
        return fmt::print("{}\n", plan_json(plan));
    fmt::print("{}", plan_text(plan, kept));
    fmt::print("{}\n", plan.empty() ? "nothing to do" : plan_summary(plan));
}

std::optional<FileLock> lock(const Settings& s) {
    if (s.ignorelock || s.noaction)
        return std::nullopt;
    make_dirs(std::filesystem::path(s.lockfile).parent_path());
    if (s.forcelock)
        unlink(s.lockfile.c_str());  // who holds the old one holds a file without a name
    return FileLock::lock(s.lockfile, double(s.retries) * s.timeout);
}

int plan(Agent& agent, const Settings&, const Args& args) {
    Situation s = agent.look();
    print_plan(s.plan, args, args.verbose());
    return s.plan.refused.empty() ? exit_ok : exit_denied;
}

int apply(Agent& agent, const Settings& settings, const Args& args) {
    auto held = lock(settings);
    if (!settings.noaction)
        agent.recover();
    Situation s = agent.look(!settings.noaction);
    if (!settings.quiet && !s.plan.empty())
        fmt::print("{}", plan_text(s.plan));
    (void)args;
    return agent.apply(s, "apply");
}

/// What this node's next run needs; or, on a head node, what the nodes of these profiles will ask
/// its cache for.
int prefetch(Agent& agent, const Settings& settings, const Args& args) {
    if (!settings.localcache)
        throw Error(exit_config, "there is no cache to fetch into: localcache is off");
    std::vector<Operation> ops;
    if (args.rest().size() == 1) {
        ops = agent.look().plan.operations;
    } else {
        Checker checker(settings, agent.packager().format(),
                        [&](Level l, const std::string& line) { agent.say(l, line); });
        std::map<Package, Operation> each;
        for (size_t i = 1; i < args.rest().size(); i++)
            for (Operation& op : checker.needed(args.rest()[i]))
                each.emplace(op.package, op);
        for (auto& [package, op] : each)
            ops.push_back(std::move(op));
    }
    if (settings.noaction)
        return exit_ok;
    agent.fetch(ops);
    size_t n = 0;
    for (auto& op : ops)
        n += !op.file.empty();
    agent.trim_cache(ops);
    agent.say(Level::info, args.rest().size() == 1
                               ? fmt::format("{} packages are here for the next run", n)
                               : fmt::format("{} packages of {} profiles are in the cache", n,
                                             args.rest().size() - 1));
    return exit_ok;
}

int verify(Agent& agent, const Settings&, const Args& args) {
    std::vector<std::string> names(args.rest().begin() + 1, args.rest().end());
    auto found = agent.packager().verify(names);
    for (auto& line : found)
        fmt::print("{}\n", line);
    return found.empty() ? exit_ok : exit_no;
}

int drift(Agent& agent, const Settings&, const Args& args) {
    Situation s = agent.look();
    bool differs = !s.plan.empty() || std::any_of(s.plan.kept.begin(), s.plan.kept.end(),
                                                  [](auto& k) { return k.drift; });
    if (args.has("json"))
        fmt::print("{}\n", plan_json(s.plan));
    else
        fmt::print("{}", plan_text(s.plan, true));
    return differs ? exit_no : exit_ok;
}

int why(Agent& agent, const Settings&, const Args& args) {
    if (args.rest().size() != 2)
        throw Error(exit_usage, "why which package?", {}, "spma why NAME");
    const std::string& name = args.rest()[1];
    Situation s = agent.look();
    bool known = false;
    auto tell = [&](const std::string& line) {
        known = true;
        fmt::print("{}\n", line);
    };
    std::set<Package> recorded(s.managed.begin(), s.managed.end()),
        ours(s.plan.managed.begin(), s.plan.managed.end());
    for (const Installed& i : s.installed)
        if (i.package.name == name)
            tell(fmt::format(
                "installed: {}, {}{}", i.package.text(),
                recorded.count(i.package) || ours.count(i.package) ? "ours" : "not ours",
                i.broken ? ", half installed" : ""));
    for (const Wanted& w : s.target)
        if (glob(w.package.name, name)) {
            std::string line = target_text({w});
            line.pop_back();
            tell(w.line ? fmt::format("target: line {}: {}", w.line, line)
                        : fmt::format("target: {}", line));
        }
    auto concerns = [&](const Operation& op) {
        return op.package.name == name ||
               std::any_of(op.old.begin(), op.old.end(), [&](auto& p) { return p.name == name; });
    };
    for (const Operation& op : s.plan.operations)
        if (concerns(op)) {
            Plan one;
            one.operations.push_back(op);
            std::string line = plan_text(one);
            line.pop_back();
            tell("plan: " + line);
        }
    for (const Kept& k : s.plan.kept)
        if (k.package.name == name)
            tell(fmt::format("plan: keep {}: {}", k.package.text(), k.reason));
    for (int n : agent.history().numbers()) {
        Run r = agent.history().read(n);
        std::string before, after;
        for (auto& p : r.before)
            if (p.name == name)
                before += " " + p.text();
        for (auto& p : r.after)
            if (p.name == name)
                after += " " + p.text();
        if (before != after)
            tell(fmt::format("run {}:{} ->{}", n, before.empty() ? " nothing" : before,
                             after.empty() ? " nothing" : after));
    }
    if (!known)
        throw Error(exit_no, fmt::format("'{}' is neither installed nor in the target", name));
    return exit_ok;
}

int history(Agent& agent, const Settings&, const Args&) {
    for (int n : agent.history().numbers()) {
        Run r = agent.history().read(n);
        std::set<Package> before(r.before.begin(), r.before.end()),
            after(r.after.begin(), r.after.end());
        size_t come = 0, gone = 0;
        for (auto& p : after)
            come += !before.count(p);
        for (auto& p : before)
            gone += !after.count(p);
        char when[64];
        struct tm t {};
        localtime_r(&r.time, &t);
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &t);
        fmt::print("{} {} +{} -{} {}{}\n", n, when, come, gone, r.note,
                   r.status ? fmt::format(" (status {})", r.status) : "");
    }
    return exit_ok;
}

int rollback(Agent& agent, const Settings& settings, const Args& args) {
    auto numbers = agent.history().numbers();
    if (args.rest().size() > 2)
        throw Error(exit_usage, "roll back which run?", {}, "spma rollback [RUN]");
    if (numbers.empty())
        throw Error(exit_no, "there is no run to roll back");
    int number = numbers.back();
    if (args.rest().size() == 2) {
        const std::string& w = args.rest()[1];
        auto [end, ec] = std::from_chars(w.data(), w.data() + w.size(), number);
        if (ec != std::errc() || end != w.data() + w.size())
            throw Error(exit_usage, fmt::format("'{}' is no number of a run", w), {},
                        "'spma history' lists them");
    }
    auto held = lock(settings);
    if (!settings.noaction)
        agent.recover();
    Run undone = agent.history().read(number);
    Situation s = agent.look_back(undone, !settings.noaction);
    if (!settings.quiet && !s.plan.empty())
        fmt::print("{}", plan_text(s.plan));
    return agent.apply(s, fmt::format("rollback {}", number), &undone);
}

Format profile_format(const Settings& settings) {
    return settings.packager == "dpkg" || settings.packager == "apt" ? Format::deb : Format::rpm;
}

/// Needs no packager: the profiles are of other machines.
int check(const Settings& settings, const Args& args) {
    if (args.rest().size() < 2)
        throw Error(exit_usage, "check which profiles?", {}, "spma check FILE ...");
    Log log("spma", settings.quiet ? Level::error : Level::warning);
    Checker checker(settings, profile_format(settings), [&](Level l, const std::string& line) {
        if (log.enabled(l))
            log.write(l, line);
    });
    bool good = true;
    for (size_t i = 1; i < args.rest().size(); i++)
        for (auto& line : checker.check(args.rest()[i])) {
            good = false;
            fmt::print("{}\n", line);
        }
    return good ? exit_ok : exit_no;
}

/// What repositories have, for the compiler: lines to be searched by their beginnings, file_line()
/// of panc.
int index(const Settings& settings, const Args&) {
    Log log("spma", settings.quiet ? Level::error : Level::warning);
    auto say = [&](Level l, const std::string& line) {
        if (log.enabled(l))
            log.write(l, line);
    };
    Repositories repositories(settings, profile_format(settings), say,
                              configured_repositories(settings, say));
    if (!repositories.any())
        throw Error(exit_config, fmt::format("'{}' names no repository", settings.repositories));
    repositories.refresh();
    solv::Universe universe(profile_format(settings), repositories.arches());
    repositories.load(universe);
    std::set<std::string> out;
    for (const solv::Offer& o : universe.all()) {
        std::string evr = o.package.evr(),
                    rest = fmt::format(" {} {}", o.package.arch, repositories.name(o.repository));
        out.insert(fmt::format("{} {}{}", o.package.name, evr, rest));
        // A profile need not name the epoch.
        if (size_t colon = evr.find(':'); colon != evr.npos)
            out.insert(fmt::format("{} {}{}", o.package.name, evr.substr(colon + 1), rest));
    }
    for (auto& line : out)
        fmt::print("{}\n", line);
    return exit_ok;
}

/// May be asked after the fact, as by whoever plans reboots: yes is 0, with the reasons.
int reboot_needed(const Settings& settings, const Args&) {
    auto all = pending_reboot(settings.statedir, settings.packager_root);
    for (auto& why : all)
        fmt::print("{}\n", why);
    return all.empty() ? exit_no : exit_ok;
}

struct Verb {
    const char* name;
    int (*run)(Agent&, const Settings&, const Args&);
    int (*plain)(const Settings&, const Args&);  ///< instead: needs no packager
    bool words;                                  ///< takes more words
};
constexpr Verb verbs[] = {{"plan", plan, nullptr, false},
                          {"apply", apply, nullptr, false},
                          {"prefetch", prefetch, nullptr, true},
                          {"verify", verify, nullptr, true},
                          {"drift", drift, nullptr, false},
                          {"why", why, nullptr, true},
                          {"history", history, nullptr, false},
                          {"rollback", rollback, nullptr, true},
                          {"check", nullptr, check, true},
                          {"index", nullptr, index, false},
                          {"reboot-needed", nullptr, reboot_needed, false}};

int run_verb(const Args& args, const Verb& verb) {
    if (args.rest().size() > 1 && !verb.words)
        throw Error(exit_usage, fmt::format("'{}' takes no more words", verb.name));
    Settings settings = read_settings(args);
    if (verb.plain)
        return verb.plain(settings, args);
    Agent agent(settings, args);
    return verb.run(agent, settings, args);
}

/// As the historic agent: 0, 1 when the packager failed, -1 for everything else.
int historic(const Args& args) {
    try {
        return run_verb(args, verbs[1]);
    } catch (const Error& e) {
        fmt::print(stderr, "{}", e.text("spma"));
        return 255;
    }
}

int body(const Args& args) {
    if (args.rest().empty())
        return historic(args);
    for (const Verb& v : verbs)
        if (args.rest()[0] == v.name)
            return run_verb(args, v);
    std::vector<std::string_view> names;
    for (const Verb& v : verbs)
        names.push_back(v.name);
    std::string_view near = nearest(args.rest()[0], names);
    throw Error(exit_usage, fmt::format("unknown verb '{}'", args.rest()[0]), {},
                near.empty() ? "'spma -h' lists them" : fmt::format("did you mean '{}'?", near));
}

}  // namespace

int main(int argc, char** argv) {
    bool verb = std::any_of(argv + 1, argv + argc, [](const char* w) {
        return std::any_of(std::begin(verbs), std::end(verbs),
                           [&](auto& v) { return std::string_view(v.name) == w; });
    });
    return run(
        {.name = "spma",
         .usage = "spma [option ...] [apply | drift | history | index | plan | reboot-needed]\n"
                  "spma [option ...] check profile ...\n"
                  "spma [option ...] prefetch [profile ...]\n"
                  "spma [option ...] rollback [run]\n"
                  "spma [option ...] verify [name ...]\n"
                  "spma [option ...] why name",
         .about = "Bring the installed packages to what the target says, in one planned, "
                  "explained, guarded transaction.",
         .options = setting_options(),
         .body = body,
         .usage_status = verb ? int(exit_usage) : 255},
        argc, argv);
}
