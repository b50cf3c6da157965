// One ncd at a time; everything that must survive is in Memory before it is acted on.
#include "ncm/dispatcher.hh"

#include <fmt/core.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "ncm/cache.hh"
#include "ncm/store.hh"

namespace weft::ncm {

static double wall_clock() {
    struct timeval t {};
    gettimeofday(&t, nullptr);
    return double(t.tv_sec) + double(t.tv_usec) * 1e-6;
}

/// The path of a file in a folder, which is made.
static std::string in_folder(const std::string& folder, const char* name) {
    make_dirs(folder);
    return folder + "/" + name;
}

Dispatcher::Dispatcher(Loop& l, const Log& log, DispatcherRules r)
    : loop_(l),
      log_(log),
      rules_(std::move(r)),
      memory_(in_folder(rules_.work_dir, "dispatch.json")),
      programs_(rules_.components, rules_.work_dir + "/described") {}

void Dispatcher::start() {
    if (rules_.initial_run == "all")
        for (auto& [name, k] : memory_.components)
            if (k.status == Known::ok)
                k.status = Known::pending;
    tick_ = loop_.every(rules_.interval, [this] {
        if (unsent_)
            send_report();
        look();
    });
    if (rules_.drift > 0)
        drift_tick_ = loop_.every(rules_.drift, [this] { check_drift(settled()); });
    if (rules_.drift_files > 0)
        files_tick_ = loop_.every(rules_.drift_files, [this] { check_files(); });
    look();
}

void Dispatcher::look() {
    if (on_stopped_)
        return;
    if (ncd_.running()) {
        again_ = true;
        return;
    }
    if (!watching_)
        try {
            cache_watch_ = loop_.watch_path(rules_.cache_root, [this](std::string_view name) {
                if (name == "current.cid" || name.empty())
                    look();
            });
            size_t slash = rules_.noquattor.rfind('/');
            std::string etc = rules_.noquattor.substr(0, slash),
                        file = rules_.noquattor.substr(slash + 1);
            if (::access(etc.c_str(), F_OK) == 0)
                etc_watch_ = loop_.watch_path(etc, [this, file](std::string_view name) {
                    if (name == file)
                        look();
                });
            pause_watch_ = loop_.watch_path(rules_.work_dir, [this](std::string_view name) {
                if (name == "pause")
                    look();
            });
            watching_ = true;
        } catch (const Error&) {
            // Nothing fetched yet: look more often than the interval says until there is a cache.
            retry_ = loop_.after(std::min(1.0, rules_.interval), [this] { look(); });
            return;
        }
    if (paused())
        return;
    std::string trouble;
    try {
        select(false);
        release();
    } catch (const Error& e) {
        trouble = e.message;
        if (trouble != trouble_)
            log_.warning("cannot look at the profile: {}", trouble);
        retry_ = loop_.after(std::min(2.0, rules_.interval), [this] { look(); });
    }
    trouble_ = trouble;
}

void Dispatcher::select(bool all_retries) {
    CacheManager cache(rules_.cache_root);
    int cid = cache.current();
    double now = wall_clock();
    bool fresh_profile = cid != memory_.cid || first_;
    if (!fresh_profile) {
        if (all_retries)
            for (auto& [name, k] : memory_.components)
                k.next_retry = 0;
        clamp_waits(now);
        std::vector<std::string> due = due_retries(memory_, planned_, now);
        if (due.empty())
            return plan_retry();
        Configuration config = cache.configuration();
        Planned_run configure{"configure", {}, config.cid(), {}};
        for (const std::string& name : due) {
            if (memory_.components[name].leaving) {
                enqueue({"unconfigure", {name}, config.cid(), {}});
            } else if (planned_.contains(name)) {
                configure.names.push_back(name);
                configure.watched[name] =
                    watched_paths(config, planned_[name], {}, rules_.selection);
                auto program = programs_.find(planned_[name].module);
                if (program)
                    try {
                        configure.watched[name] =
                            watched_paths(config, planned_[name],
                                          programs_.describe(*program).watch, rules_.selection);
                    } catch (const Error&) {
                    }
            }
        }
        if (!configure.names.empty())
            enqueue(std::move(configure));
        if (queue_.empty()) {  // all of it waits for its window
            memory_.save();
            write_status();
            return plan_retry();
        }
        return next_run();
    }

    Configuration config = cache.configuration();
    std::string checksum = config.checksum("/").value_or("");
    auto reads = [this](const Planned& p) -> std::vector<std::string> {
        auto program = programs_.find(p.module);
        if (!program)
            return {};
        try {
            return programs_.describe(*program).watch;
        } catch (const Error& e) {
            log_.warning("{}", e.message);
            return {};
        }
    };
    Work work = select_work(config, memory_, rules_.selection, reads);
    planned_ = planned(config);
    for (const std::string& w : work.warnings)
        log_.warning("{}", w);
    if (first_ && rules_.initial_run == "none") {
        for (auto& [name, w] : work.watched)
            memory_.components[name] = Known{Known::ok, w, true, false, 0, 0, ""};
        work = {};
    }
    first_ = false;
    memory_.cid = config.cid();
    memory_.checksum = checksum;
    log_.info("profile {}: {} components to configure, {} to unconfigure", config.cid(),
              work.configure.size(), work.unconfigure.size());

    for (const std::string& name : work.unconfigure) {
        Known& k = memory_.components[name];
        if (!can_unconfigure(name)) {
            k.status = Known::orphaned;
            k.message = "it left the profile and cannot take back what it did";
            log_.warning("'{}' is orphaned: {}", name, k.message);
            continue;
        }
        k.leaving = true;
        k.status = Known::pending;
        k.next_retry = 0;
        enqueue({"unconfigure", {name}, config.cid(), {}});
    }
    // What never ran and is gone again, or went inactive before its first success, is of no
    // interest any more.
    std::erase_if(memory_.components, [&](auto& c) {
        auto it = planned_.find(c.first);
        bool active = it != planned_.end() && it->second.active;
        return !active && !c.second.configured && !c.second.leaving &&
               c.second.status != Known::orphaned;
    });
    for (const std::string& name : work.configure) {
        Known& k = memory_.components[name];
        k.leaving = false;
        if (k.status != Known::failed)
            k.attempts = 0;
        k.status = Known::pending;
        k.next_retry = 0;
    }
    if (!work.configure.empty())
        enqueue({"configure", work.configure, config.cid(), work.watched});
    memory_.save();
    if (queue_.empty()) {
        write_status();
        send_report();
        return plan_retry();
    }
    next_run();
}

/// The configuration a component left behind; an empty one when it never had any.
Element Dispatcher::last_configured(const std::string& name) const {
    auto text = read_if_exists(rules_.work_dir + "/applied/" + name + ".json");
    Element e = text ? parse_json(*text, name) : Element();
    return e.is(Kind::dict) ? e : Element::new_dict();
}

bool Dispatcher::can_unconfigure(const std::string& name) {
    auto it = planned_.find(name);
    auto program = programs_.find(it == planned_.end() ? name : it->second.module);
    if (!program)
        return false;
    try {
        Element e = last_configured(name);
        const Element* wanted = e.find("/unconfigure");
        if (wanted && wanted->is(Kind::boolean) && !wanted->boolean())
            return false;
        return programs_.describe(*program).has("unconfigure");
    } catch (const Error&) {
        return false;
    }
}

void Dispatcher::next_run() {
    programs_.rest();
    if (queue_.empty() || ncd_.running() || on_stopped_)
        return;
    if (queue_.front().drain && rules_.noaction)
        log_.info("would drain the node");
    else if (queue_.front().drain && users_ != gone)
        return drain();
    running_ = std::move(queue_.front());
    queue_.erase(queue_.begin());
    std::vector<std::string> argv = rules_.ncd;
    if (rules_.noaction)
        argv.push_back("--noaction");
    argv.insert(argv.end(), {"--started-by", std::to_string(getpid())});
    argv.push_back("--useprofile");
    argv.push_back(std::to_string(running_.cid));
    argv.push_back("--" + running_.verb);
    argv.insert(argv.end(), running_.names.begin(), running_.names.end());
    ProcessOptions o = child_options();
    last_line_.clear();
    o.on_line = [this](std::string_view line) {
        log_.debug("{}", line);
        if (line.find("error") != std::string_view::npos &&
            line.find(" 0 errors") == std::string_view::npos)
            last_line_ = line;
    };
    std::string names;
    for (const std::string& n : running_.names)
        names += (names.empty() ? "" : " ") + n;
    log_.info("{} {}", running_.verb, names);
    ncd_pid_ = -1;
    try {
        ::unlink((rules_.work_dir + "/last-run.json").c_str());  // process ids come again
        ncd_ = loop_.child(argv, o, [this](const ProcessResult& r) { ended(r); });
        ncd_pid_ = ncd_.pid();
    } catch (const Error& e) {
        last_line_ = e.message;
        ProcessResult none;
        none.status = 127;
        ended(none);
    }
}

void Dispatcher::settle(const std::string& name, bool good, const std::string& message) {
    auto it = memory_.components.find(name);
    if (!good) {
        Known& k = memory_.components[name];
        note_failure(k, message, rules_.selection, wall_clock());
        log_.error("'{}' failed ({} in a row), next try in {:.0f} s: {}", name, k.attempts,
                   k.next_retry - wall_clock(), message);
        return;
    }
    if (running_.verb == "unconfigure") {
        if (it != memory_.components.end())
            memory_.components.erase(it);
        return;
    }
    auto watched = running_.watched.find(name);
    if (watched == running_.watched.end())
        return;  // ran as a dependency; its own turn comes
    Known& k = memory_.components[name];
    k = Known{Known::ok, watched->second, true, false, 0, 0, ""};
    drifted_.erase(name);
    note_files(name);
}

void Dispatcher::ended(const ProcessResult& r) {
    Planned_run run = running_;
    bool told = false;
    if (r.status == 3) {
        log_.warning("ncd is switched off; everything stays pending");
    } else if (rules_.noaction) {
        log_.info("noaction: nothing was changed, nothing is remembered");
    } else {
        try {
            std::string text = read_if_exists(rules_.work_dir + "/last-run.json").value_or("");
            Element e = text.empty() ? Element() : parse_json(text, "last-run.json");
            // The report of this very run: one that was killed has left that of the run before.
            const Element *pid = e.find("/pid"), *list = e.find("/components");
            if (pid && list && pid->long_value() == ncd_pid_) {
                std::vector<std::string> seen;
                for (const Element& c : list->list()) {
                    std::string name(c.find("/name")->string()),
                        message(c.find("/message")->string());
                    settle(name, c.find("/errors")->long_value() == 0, message);
                    seen.push_back(name);
                }
                told = std::all_of(run.names.begin(), run.names.end(), [&](auto& n) {
                    return std::find(seen.begin(), seen.end(), n) != seen.end();
                });
                if (!told && r.ok())
                    told = true;
                if (!told)  // it was stopped in between: the rest is still to be done
                    for (const std::string& name : run.names)
                        if (std::find(seen.begin(), seen.end(), name) == seen.end())
                            memory_.components[name].next_retry = wall_clock() + 1;
                told = true;
            }
        } catch (const Error& e) {
            log_.warning("the report of ncd is not readable: {}", e.message);
        }
        if (!told) {
            std::string why = r.timed_out ? "ncd did not end in time"
                              : last_line_.empty()
                                  ? fmt::format("ncd ended with status {}", r.status)
                                  : last_line_;
            for (const std::string& name : run.names)
                settle(name, false, why);
        }
        memory_.save();
    }
    write_status();
    if (on_stopped_)
        return std::exchange(on_stopped_, nullptr)();
    if (r.status == 3)
        queue_.clear();
    if (!queue_.empty())
        return next_run();
    idle();
}

/// After the last run of the queue.
void Dispatcher::idle() {
    send_report();
    plan_retry();
    if (std::exchange(again_, false))
        look();
    else
        release();
}

void Dispatcher::clamp_waits(double now) {
    bool pending = std::any_of(memory_.components.begin(), memory_.components.end(),
                               [](auto& c) { return c.second.status == Known::pending; });
    double opens = now + rules_.drain_retry;
    if (pending && !rules_.windows.empty())
        opens = std::max(opens, double(next_window(rules_.windows, time_t(now))));
    clamp_retries(memory_, rules_.selection, now, opens);
}

void Dispatcher::plan_retry() {
    programs_.rest();
    clamp_waits(wall_clock());
    double next = 0;
    for (auto& [name, k] : memory_.components)
        if ((k.status == Known::failed || k.status == Known::pending) &&
            (!next || k.next_retry < next))
            next = std::max(1.0, k.next_retry);
    if (!next)
        return retry_.cancel();
    retry_ = loop_.after(std::max(0.05, next - wall_clock()), [this] { look(); });
}

void Dispatcher::retry_now() {
    if (on_stopped_ || paused())
        return;
    if (ncd_.running()) {
        again_ = true;
        return;
    }
    try {
        select(true);
        release();
    } catch (const Error& e) {
        log_.warning("cannot look at the profile: {}", e.message);
    }
}

void Dispatcher::stop(std::function<void()> done) {
    retry_.cancel();
    tick_.cancel();
    drift_tick_.cancel();
    files_tick_.cancel();
    pause_end_.cancel();
    queue_.clear();
    if (!ncd_.running())
        return done();
    log_.info("waiting for the running ncd");
    on_stopped_ = std::move(done);
}

}  // namespace weft::ncm
