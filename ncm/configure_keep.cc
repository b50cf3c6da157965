// What components changed: kept until it is known to be good, taken back when it is not,
// remembered, recorded.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/error.hh"
#include "base/process.hh"
#include "ncm/saved.hh"
#include "ncm/whole_run.hh"

namespace weft::ncm {

static std::string applied_file(const RunPlaces& p, const std::string& component) {
    return p.work_dir + "/applied/" + component + ".json";
}

std::optional<std::string> applied(const RunPlaces& p, const std::string& component) {
    return read_if_exists(applied_file(p, component));
}

std::string managed_files(const std::string& work_dir, const std::string& component) {
    return work_dir + "/files/" + component;
}

static std::string history_file(const std::string& work_dir) { return work_dir + "/history"; }

static std::string time_text(time_t t) {
    char text[32];
    struct tm utc {};
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
    return text;
}

std::string change_history(const std::string& work_dir, const std::vector<std::string>& words) {
    std::string out, file = history_file(work_dir);
    std::string text =
        read_if_exists(file + ".old").value_or("") + read_if_exists(file).value_or("");
    for (std::string_view line : lines(text)) {
        bool all = true;
        for (const std::string& w : words)
            all = all && (' ' + std::string(line) + ' ').find(' ' + w + ' ') != std::string::npos;
        if (all)
            out += std::string(line) + '\n';
    }
    return out;
}

// ---- before and after a component

/// What has to be on disk before it begins.
void WholeRun::prepare(Going& g, const Planned* plan, std::map<std::string, std::string>& env) {
    const std::string& name = g.what.name;
    if (::access((saved(name) + "/journal").c_str(), F_OK) == 0)
        take_back(name, "a run that was cut off", &g.own);
    g.keeps = plan && (plan->restore || (plan->confirm && !rules_.confirm_command.empty()));
    if (g.keeps) {
        make_dirs(saved(name), 0700);
        env["NCM_SAVE_DIR"] = saved(name);
    }
    make_dirs(places_.work_dir + "/unfinished", 0700);
    g.journal = places_.work_dir + "/unfinished/" + name;
    begin_journal(g.journal);
    env["NCM_JOURNAL"] = g.journal;
}

/// A run that failed may have failed before it came to ask for its services; one that was killed in
/// any case.
void WholeRun::close_journal(const Going& g, const Outcome& o, bool taken_back) {
    if (g.journal.empty())
        return;
    if (!o.errors || taken_back)
        end_journal(g.journal);
    else if (o.ended && !g.refused)
        settle_journal(g.journal);
}

// ---- judgement

/// Is it too early to call it good?
bool WholeRun::on_trial(const Planned* plan, const Outcome& o) const {
    if (!plan || o.errors || o.skipped || o.unsupported || rules_.noaction ||
        rules_.verb != "configure")
        return false;
    return !plan->health.empty() ||
           (plan->confirm && !rules_.confirm_command.empty() && !o.changed.empty());
}

/// Ask again and again until the command succeeds; answers why not when the time is over.
std::string WholeRun::not_within(double seconds, const std::vector<std::string>& command) {
    auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    ProcessOptions o;
    o.output_limit = 4096;
    o.merge = true;
    if (!places_.root.empty())
        o.env["WEFT_ROOT"] = places_.root;
    std::string why = "no time was given";
    for (;;) {
        double left =
            std::chrono::duration<double>(until - std::chrono::steady_clock::now()).count();
        if (left <= 0)
            return fmt::format("within {} s: {}", seconds, why);
        o.timeout = left;
        try {
            ProcessResult r = run_process(command, o);
            if (r.ok())
                return {};
            why = r.timed_out     ? "no answer"
                  : r.out.empty() ? fmt::format("status {}", r.status)
                                  : r.out.substr(0, r.out.find('\n'));
        } catch (const Error& e) {
            why = e.message;
        }
        usleep(useconds_t(std::min(1.0, left) * 1e6));
    }
}

/// After the services: each component by its own health, then the node, which must not have been
/// cut off. What does not pass has failed.
void WholeRun::judge() {
    for (Trial& t : trials_)
        if (!t.plan->health.empty())
            if (std::string why = not_within(rules_.health_time, t.plan->health); !why.empty())
                fail(t, "not in good health " + why, t.plan->restore);
    auto unconfirmed = [](const Trial& t) {
        return t.good && t.plan->confirm && t.changed;
    };
    if (!rules_.confirm_command.empty() &&
        std::any_of(trials_.begin(), trials_.end(), unconfirmed)) {
        std::string why = not_within(rules_.confirm_time, rules_.confirm_command);
        if (why.empty())
            say(Level::debug, "confirmed: the node reaches whom it must");
        else
            for (Trial& t : trials_)
                if (unconfirmed(t))
                    fail(t, "not confirmed " + why, true);
    }
    bool again = false;
    for (Trial& t : trials_) {
        again = again || !t.good;
        if (!t.good)
            continue;
        forget_kept(saved(t.what.name));
        try {
            remember(t.what);
            auto failed = [&](const Outcome& o) {
                return o.component == t.what.name && o.errors;
            };  // a service of it
            if (std::none_of(report_.components.begin(), report_.components.end(), failed))
                note_state(t.what.name, "");
        } catch (const Error& e) {
            fail(t, e.message, false);
        }
    }
    if (again)
        services();
}

void WholeRun::fail(Trial& t, const std::string& message, bool restore) {
    const std::string& name = t.what.name;
    t.good = false;
    say(Level::error, fmt::format("{}: {}", name, message));
    if (restore)
        take_back(name, "the change", nullptr);
    else
        forget_kept(saved(name));
    report_.errors++;
    failed_after_all(name, message);
    // What was told of the change has to be told of its end.
    if (restore)
        for (const auto& s : report_.services)
            if (asked_by_[s.service].contains(name) && s.action != "stop")
                actions_.ask(s.service, s.action, name);
}

/// Its files as they were before. The services it asked for stay pending: they have to read them
/// again.
void WholeRun::take_back(const std::string& name, const char* what, LogFile* own) {
    std::vector<std::string> failures, paths = put_back(saved(name), failures);
    std::string list;
    for (const std::string& p : paths)
        list += ' ' + p;
    say(Level::warning,
        fmt::format("{}: {} was taken back:{}", name, what,
                    list.empty() ? " it had changed nothing" : list),
        own);
    for (const std::string& f : failures)
        say(Level::error, fmt::format("{}: {}", name, f), own);
}

// ---- memory

/// A line for each file, for whoever asks later what happened to it.
void WholeRun::record(const std::string& name, const std::vector<std::string>& changed) {
    constexpr off_t most = 4 << 20;  // then the older half is kept beside it
    std::string text, file = history_file(places_.work_dir), when = time_text(::time(nullptr));
    for (const std::string& f : changed)
        text += fmt::format("{} profile {} {} {} {}\n", when, report_.cid, rules_.verb, name, f);
    if (text.empty())
        return;
    struct stat st {};
    if (stat(file.c_str(), &st) == 0 && st.st_size > most)
        ::rename(file.c_str(), (file + ".old").c_str());
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!fd || ::write(fd.get(), text.data(), text.size()) < 0)
        say(Level::warning, system_error("cannot write '" + file + "'").message);
}

void WholeRun::remember(const Configured& c) {
    std::string file = applied_file(places_, c.name),
                files = managed_files(places_.work_dir, c.name);
    if (rules_.verb == "unconfigure") {
        ::unlink(file.c_str());
        ::unlink(files.c_str());
    } else if (rules_.verb == "configure") {
        if (c.before != c.tree) {
            make_dirs(places_.work_dir + "/applied", 0700);
            write_file(file, c.tree, {.mode = 0600});
        }
        std::string list;
        for (const std::string& f : std::set<std::string>(c.files.begin(), c.files.end()))
            list += f + '\n';
        if (list.empty() || list == read_if_exists(files))
            return;
        make_dirs(places_.work_dir + "/files");
        write_file(files, list, {.sync = false});
    }
}

}  // namespace weft::ncm
