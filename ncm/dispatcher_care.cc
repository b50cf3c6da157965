// When cdispd must not run components, or not yet: pauses, maintenance windows, a node with users;
// and its looks whether what was written is still there.
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "ncm/cache.hh"
#include "ncm/configure.hh"
#include "ncm/dispatcher.hh"

namespace weft::ncm {

// ---- pauses

static std::string first_line(const std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    return line.empty() ? "no reason given" : line;
}

/// /etc/noquattor, for as long as it is there; or the file of ncm-pause(8): a time, and the reason.
Dispatcher::Pause Dispatcher::pause() const {
    if (auto text = read_if_exists(rules_.noquattor, 1 << 16))
        return {first_line(*text)};
    if (auto text = read_if_exists(rules_.work_dir + "/pause", 1 << 16)) {
        double until = 0;
        std::from_chars(text->data(), text->data() + text->size(), until);
        size_t space = text->find(' ');
        if (until > double(::time(nullptr)))
            return {first_line(space == std::string::npos ? "" : text->substr(space + 1)), until};
    }
    return {};
}

bool Dispatcher::paused() {
    Pause p = pause();
    if (p.until)
        pause_end_ = loop_.after(p.until - double(::time(nullptr)) + 0.1, [this] { look(); });
    if (p.reason != pause_reason_) {
        pause_reason_ = p.reason;
        if (!p.reason.empty())
            log_.warning("paused: {}", p.reason);
        else
            log_.info("no longer paused");
        write_status();
        send_report();
    }
    return !p.reason.empty();
}

// ---- windows and users

/// What a component needs, and what ncd runs with it; one that leaves needs what it needed.
Planned::Care Dispatcher::care(const std::string& name) const {
    if (auto k = memory_.components.find(name); k != memory_.components.end() && k->second.leaving)
        try {
            Element e = last_configured(name);
            const Element* word = e.find("/maintenance");
            return care_of(word && word->is(Kind::string) ? word->string() : "");
        } catch (const Error&) {
            return Planned::any_time;
        }
    std::vector<std::string> all{name};
    try {
        all = run_order(planned_, all, {.autodeps = true, .nodeps = true});
    } catch (const Error&) {
        // a cycle, and the like: ncd will say so
    }
    Planned::Care most = Planned::any_time;
    for (const std::string& n : all)
        if (auto it = planned_.find(n); it != planned_.end())
            most = std::max(most, it->second.care);
    return most;
}

void Dispatcher::enqueue(Planned_run run) {
    time_t now = ::time(nullptr);
    bool open = inside(rules_.windows, now);
    std::map<std::string, Planned::Care> needs;
    for (const std::string& name : run.names)
        needs[name] = care(name);
    // Who comes after one of them in this run waits with it.
    for (bool more = true; more;) {
        more = false;
        for (const std::string& name : run.names)
            for (const std::string& after : planned_[name].post)
                if (auto it = needs.find(after); it != needs.end() && it->second < needs[name]) {
                    it->second = needs[name];
                    more = true;
                }
    }
    Planned_run first = run, later = run;
    first.names.clear();
    later.names.clear();
    for (const std::string& name : run.names) {
        if (needs[name] != Planned::any_time && !open) {
            Known& k = memory_.components[name];
            k.status = Known::pending;
            k.next_retry = double(next_window(rules_.windows, now));
            k.message = "waits for the maintenance window";
            log_.info("'{}' waits for the maintenance window", name);
        } else {
            (needs[name] == Planned::drained && !rules_.drain.empty() ? later : first)
                .names.push_back(name);
        }
    }
    if (!first.names.empty())
        queue_.push_back(std::move(first));
    if (later.names.empty())
        return;
    later.drain = true;
    queue_.push_back(std::move(later));
}

ProcessOptions Dispatcher::child_options() const {
    ProcessOptions o;
    o.timeout = rules_.ncd_time_limit;
    o.output_limit = 1 << 12;
    o.merge = true;
    if (!rules_.root.empty())
        o.env["WEFT_ROOT"] = rules_.root;
    return o;
}

/// Ask for an empty node: status 0, it is; 75, not yet. The rest of the queue does not wait for
/// that.
void Dispatcher::drain() {
    log_.info("draining the node");
    memory_.drained = true;  // before it happens: whatever comes in between, it is opened again
    memory_.save();
    auto answered = [this](const ProcessResult& r) {
        if (on_stopped_)
            return std::exchange(on_stopped_, nullptr)();
        bool later = r.status == exit_try_later;
        users_ = r.ok() ? gone : later ? not_known : staying;
        if (r.ok())
            return next_run();
        Planned_run run = std::move(queue_.front());
        queue_.erase(queue_.begin());
        std::string why = later ? "waits for the node to be empty"
                                : fmt::format("the node cannot be drained: {}",
                                              r.out.substr(0, r.out.find('\n')));
        double again = double(::time(nullptr)) + rules_.drain_retry;
        for (const std::string& name : run.names) {
            Known& k = memory_.components[name];
            k.status = Known::pending;
            k.message = why;
            k.next_retry = again;
        }
        if (later)
            log_.info("the node is not empty yet");
        else
            log_.error("{}", why);
        memory_.save();
        write_status();
        if (!queue_.empty())
            return next_run();
        idle();
    };
    try {
        ncd_ = loop_.child(rules_.drain, child_options(), answered);
    } catch (const Error& e) {
        ProcessResult none;
        none.status = 127;
        none.out = e.message;
        answered(none);
    }
}

/// Open the node again, unless something that needs it empty is to be done now.
void Dispatcher::release() {
    if (!memory_.drained || !queue_.empty() || ncd_.running() || on_stopped_ || rules_.noaction)
        return;
    if (users_ != staying && inside(rules_.windows, ::time(nullptr)))
        for (auto& [name, k] : memory_.components) {
            auto it = planned_.find(name);
            bool runs =
                k.leaving || (it != planned_.end() && it->second.active && it->second.dispatch);
            if (!runs || care(name) != Planned::drained)
                continue;
            if (k.status != Known::failed && k.status != Known::pending)
                continue;
            if (std::exchange(closed_for_, name) != name)
                log_.warning("the node stays closed: '{}' is not done", name);
            return;
        }
    ProcessResult result;
    result.status = 0;
    try {
        ProcessOptions o = child_options();
        o.timeout = 60;
        if (!rules_.release.empty())
            ncd_ = loop_.child(rules_.release, o, [this](const ProcessResult& r) { opened(r); });
    } catch (const Error& e) {
        result.status = 127;
        result.out = e.message;
    }
    if (!ncd_.running())
        opened(result);
}

void Dispatcher::opened(const ProcessResult& r) {
    if (r.ok()) {
        log_.info("the node is open again");
        memory_.drained = false;
        users_ = not_known;
        closed_for_.clear();
        memory_.save();
    } else {
        log_.error("cannot open the node again, status {}: {}", r.status,
                   r.out.substr(0, r.out.find('\n')));  // the next tick tries again
    }
    write_status();
    if (on_stopped_)
        return std::exchange(on_stopped_, nullptr)();
    send_report();
    if (std::exchange(again_, false))
        look();
}

// ---- drift

/// Those that are done: what they would change now, somebody else has changed.
std::vector<std::string> Dispatcher::settled() const {
    std::vector<std::string> names;
    for (auto& [name, k] : memory_.components)
        if (k.status == Known::ok && planned_.contains(name))
            names.push_back(name);
    return names;
}

/// A component's files: what is there, how old and how large it is. Nothing is read.
static std::string files_now(const std::string& root, const std::string& list) {
    constexpr size_t most = 20000;  // of one component: a look stays a matter of milliseconds
    std::string text;
    size_t n = 0;
    for (std::string_view path : lines(list)) {
        if (++n > most)
            break;
        struct stat st {};
        if (lstat((root + std::string(path)).c_str(), &st))
            text += "-\n";
        else
            text += fmt::format("{:o} {} {} {} {} {}.{}\n", st.st_mode, st.st_uid, st.st_gid,
                                st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    }
    return text;
}

void Dispatcher::note_files(const std::string& name) {
    if (rules_.drift_files <= 0)
        return;
    std::string list = read_if_exists(managed_files(rules_.work_dir, name)).value_or("");
    files_seen_[name] = files_now(rules_.root, list);
}

/// Ask those of whose files one has another time, size, owner or mode, or is gone. After our start
/// once all: nobody looked since.
void Dispatcher::check_files() {
    if (ncd_.running() || on_stopped_ || !pause_reason_.empty())
        return;
    std::vector<std::string> names;
    for (const std::string& name : settled()) {
        auto list = read_if_exists(managed_files(rules_.work_dir, name));
        auto seen = files_seen_.find(name);
        if (list && (seen == files_seen_.end() || seen->second != files_now(rules_.root, *list)))
            names.push_back(name);
    }
    check_drift(names);
}

void Dispatcher::check_drift(const std::vector<std::string>& names) {
    if (names.empty() || ncd_.running() || on_stopped_ || !pause_reason_.empty())
        return;
    checked_ = names;
    std::vector<std::string> argv = rules_.ncd;
    argv.insert(argv.end(), {"--useprofile", std::to_string(memory_.cid), "--nodeps",
                             "--noautodeps", "--check", "--json"});
    argv.insert(argv.end(), names.begin(), names.end());
    ProcessOptions o = child_options();
    o.output_limit = 16 << 20;
    o.merge = false;
    try {
        ncd_ = loop_.child(argv, o, [this](const ProcessResult& r) { drift_ended(r); });
    } catch (const Error& e) {
        log_.warning("cannot look for drift: {}", e.message);
    }
}

/// Two that write the same file would take turns for ever: three repairs an hour, then it is only
/// reported.
bool Dispatcher::may_repair(const std::string& name) {
    constexpr size_t most = 3;
    constexpr double within = 3600;
    double now = double(::time(nullptr));
    std::vector<double>& times = repaired_[name];
    std::erase_if(times, [&](double t) { return t > now || now - t > within; });
    if (times.size() >= most)
        return false;
    times.push_back(now);
    repairs_[name]++;
    if (times.size() == most)
        log_.warning("'{}' was repaired {} times within an hour: now it is only reported", name,
                     most);
    return true;
}

void Dispatcher::drift_ended(const ProcessResult& r) {
    if (on_stopped_)
        return std::exchange(on_stopped_, nullptr)();
    std::map<std::string, std::vector<std::string>> found;
    try {
        Element e = parse_json(r.out, "the report of ncd --check");
        if (const Element* list = e.find("/components"))
            for (const Element& c : list->list())
                for (const Element& f : c.find("/changed")->list())
                    found[std::string(c.find("/name")->string())].emplace_back(f.string());
    } catch (const Error& e) {
        log_.warning("cannot look for drift: {}", e.message);
        checked_.clear();
    }
    for (const std::string& name : checked_) {
        auto it = found.find(name);
        note_files(name);
        if (it == found.end()) {
            if (drifted_.erase(name))
                log_.info("'{}' is as it was configured again", name);
            continue;
        }
        std::string list;
        for (const std::string& f : it->second)
            list += (list.empty() ? "" : " ") + f;
        if (!drifted_.contains(name) || drifted_[name] != it->second)
            log_.warning("'{}' is no longer as it was configured: {}", name, list);
        drifted_[name] = it->second;
        if (!rules_.drift_repair || !may_repair(name))
            continue;
        Known& k = memory_.components[name];
        k.status = Known::pending;
        k.next_retry = 0;
    }
    checked_.clear();
    memory_.save();
    write_status();
    send_report();
    again_ = false;
    look();
}

}  // namespace weft::ncm
