// The run: for each component its document, its child, its state file; then the services.
#include "ncm/configure.hh"

#include <fmt/core.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "base/loop.hh"
#include "base/noun/profile.hh"
#include "base/process.hh"
#include "base/program.hh"
#include "ncm/actions.hh"
#include "ncm/runlog.hh"
#include "ncm/saved.hh"
#include "ncm/settings.hh"
#include "ncm/states.hh"
#include "ncm/store.hh"

namespace weft::ncm {

volatile int stop_requested = 0;

static std::string applied_file(const RunPlaces& p, const std::string& component) { return p.work_dir + "/applied/" + component + ".json"; }

std::optional<std::string> applied(const RunPlaces& p, const std::string& component) { return read_if_exists(applied_file(p, component)); }

std::string managed_files(const std::string& work_dir, const std::string& component) { return work_dir + "/files/" + component; }

/// Where ncm-file and its like are, for components in shell.
static std::string helpers_dir() { return std::filesystem::path(libexec_dir() + "/../../bin").lexically_normal().string(); }

static std::string history_file(const std::string& work_dir) { return work_dir + "/history"; }

static std::string time_text(time_t t) {
    char text[32];
    struct tm utc{};
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
    return text;
}

std::string change_history(const std::string& work_dir, const std::vector<std::string>& words) {
    std::string out, file = history_file(work_dir);
    std::string text = read_if_exists(file + ".old").value_or("") + read_if_exists(file).value_or("");
    for (std::string_view line : lines(text)) {
        bool all = true;
        for (const std::string& w : words) all = all && (' ' + std::string(line) + ' ').find(' ' + w + ' ') != std::string::npos;
        if (all) out += std::string(line) + '\n';
    }
    return out;
}

static std::string json(const Element& e) {
    std::string out;
    write_json(e, out, {.one_line = true});
    while (out.ends_with('\n')) out.pop_back();
    return out;
}
static std::string json(std::string_view s) { return json(Element::of_string(s)); }

namespace {

/// Everything one run needs while it runs.
class WholeRun {
public:
    WholeRun(const Configuration* c, const std::map<std::string, Planned>& all, const RunPlaces& p, const RunRules& r, const Log& log)
        : config_(c), all_(all), places_(p), rules_(r), log_(log), states_(p.state_dir), actions_(p.work_dir + "/actions"),
          programs_(p.components, p.work_dir + "/described"), scratch_(p.work_dir + "/run-") {
        if (!p.log_dir.empty()) ncd_log_ = LogFile(p.log_dir + "/ncd.log", p.log_mode);
        if (!c) return;
        report_.cid = c->cid();
        report_.checksum = c->checksum("/").value_or("");
        report_.revision = fetch_note(c->dir()).revision;
    }

    RunReport go() {
        auto begin = std::chrono::steady_clock::now();
        if (!rules_.noaction)
            for (const std::string& name : rules_.order) states_.pending(name);
        if (pre_hook()) {
            waiting_ = rules_.order;
            start_ready();
            loop_.run();
            services();
            confirm();
        }
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        post_hook();
        say(report_.errors ? Level::error : Level::debug, fmt::format("{} errors, {} warnings executing {}", report_.errors, report_.warnings, rules_.verb));
        if (!rules_.noaction) write_file(places_.work_dir + "/last-run.json", report_.json(rules_.verb, false) + "\n", {.sync = false});
        return std::move(report_);
    }

private:
    /// A component while it runs.
    struct Going {
        std::string name, tree, save, journal;
        std::optional<std::string> before;  ///< what it was configured with before
        bool keeps = false;                 ///< what it changes is kept, to be put back
        bool asked = false;                 ///< for an action on a service
        LogFile own;
        std::vector<std::pair<Level, std::string>> lines;  ///< held back while others run beside it
        Child child;
    };

    /// Start what can start: in order, and beside each other only what does not wait for each other.
    void start_ready() {
        for (size_t i = 0; i < waiting_.size() && going_.size() < size_t(rules_.jobs);) {
            std::string name = waiting_[i];
            if (stop_requested) {
                say(Level::warning, fmt::format("asked to stop: '{}' and what follows stays pending", name));
                return waiting_.clear();
            }
            if (std::any_of(going_.begin(), going_.end(), [&](auto& g) { return needs(name, g->name); }) ||
                std::any_of(waiting_.begin(), waiting_.begin() + long(i), [&](auto& w) { return needs(name, w); })) {
                i++;
                continue;
            }
            waiting_.erase(waiting_.begin() + long(i));
            if (auto refusal = start(name)) finish(name, std::move(*refusal), nullptr);
            if (rules_.jobs == 1) i = 0;
        }
    }
    /// Does `name` come after `other`, by its own word or the other's?
    bool needs(const std::string& name, const std::string& other) const {
        auto has = [](const std::vector<std::string>& list, const std::string& word) { return std::find(list.begin(), list.end(), word) != list.end(); };
        auto one = all_.find(name), two = all_.find(other);
        return (one != all_.end() && has(one->second.pre, other)) || (two != all_.end() && has(two->second.post, name));
    }

    void say(Level l, const std::string& text, Going* from) {
        if (from && rules_.jobs > 1) from->lines.emplace_back(l, text);
        else say(l, text, from ? &from->own : nullptr);
    }
    void say(Level l, const std::string& text, LogFile* own = nullptr) {
        if (l != Level::debug || rules_.verbose_logfile) {
            ncd_log_.write(l, text);
            if (own) own->write(l, text);
        }
        if (log_.enabled(l)) log_.write(l, text);
    }

    /// Not run: counts as one error of the component.
    static Outcome refused(const std::string& name, std::string why) {
        Outcome o;
        o.component = name;
        o.errors = 1;
        o.message = std::move(why);
        return o;
    }

    /// Start a component; what is answered instead is why it is not run, or need not be.
    std::optional<Outcome> start(const std::string& name) {
        auto refuse = [&](const std::string& why) {
            say(Level::error, fmt::format("{}: {}", name, why));
            return refused(name, why);
        };
        if (auto why = failed_before(name); !why.empty()) return refuse(why);
        auto it = all_.find(name);
        const Planned* plan = it == all_.end() ? nullptr : &it->second;
        auto program = programs_.find(plan ? plan->module : name);
        if (!program) return refuse(fmt::format("there is no program for the component '{}'", plan ? plan->module : name));
        auto going = std::make_unique<Going>();
        going->name = name;
        RunOrder order;
        try {
            const Described& about = programs_.describe(*program);
            Outcome o;
            o.component = name;
            if (!about.has(rules_.verb)) {
                if (rules_.verb != "check") return refused(name, fmt::format("the component does not know how to {}", rules_.verb));
                o.unsupported = true;
                return o;
            }
            if (rules_.noaction && !about.noaction) {
                say(Level::info, fmt::format("{}: not run, it cannot leave things as they are (noaction)", name));
                o.skipped = true;
                return o;
            }
            order.document = document(*going, plan, about);
        } catch (const Error& e) {
            return refuse(e.message);
        }
        order.component = name;
        order.command = programs_.command(*program);
        order.command.push_back(rules_.verb);
        order.timeout = plan ? plan->timeout : 600;
        order.dir = scratch_.path();
        order.env = {{"NCM_CID", std::to_string(report_.cid)}, {"CCM_CACHE_ROOT", places_.cache_root}, {"NCM_NOACTION", rules_.noaction ? "1" : "0"}};
        order.env["PATH"] = helpers_dir() + ":/usr/sbin:/usr/bin:/sbin:/bin";
        order.env["NCM_COMPONENT"] = name;
        order.env["NCM_VERBOSE"] = rules_.verbose ? "1" : "0";
        if (!places_.root.empty()) order.env["NCM_ROOT"] = places_.root;
        if (rules_.multilog && !places_.log_dir.empty()) going->own = LogFile(places_.log_dir + "/component-" + name + ".log", places_.log_mode);
        if (!rules_.noaction) prepare(*going, plan, order);

        Going* g = going.get();
        Listener to;
        to.say = [this, g](Level l, std::string_view text) { say(l, fmt::format("{}: {}", g->name, text), g); };
        to.action = [this, g](const std::string& service, const std::string& action) {
            g->asked = true;
            if (rules_.noaction) return say(Level::info, fmt::format("{}: would {} {}", g->name, action, service), g);
            actions_.ask(service, action, g->name);
            say(Level::debug, fmt::format("{}: asks to {} {}", g->name, action, service), g);
        };
        going_.push_back(std::move(going));
        g->child = start_one(loop_, order, to, [this, g](Outcome o) { ended(*g, std::move(o)); });
        return std::nullopt;
    }

    /// What has to be on disk before it begins.
    void prepare(Going& g, const Planned* plan, RunOrder& order) {
        g.save = places_.work_dir + "/saved/" + g.name;
        if (::access((g.save + "/journal").c_str(), F_OK) == 0) take_back(g.name, g.save, "a run that was cut off", &g);
        g.keeps = plan && (plan->restore || (plan->confirm && !rules_.confirm_command.empty()));
        if (g.keeps) {
            make_dirs(g.save, 0700);
            order.env["NCM_SAVE_DIR"] = g.save;
        }
        g.journal = places_.work_dir + "/unfinished/" + g.name;
        make_dirs(places_.work_dir + "/unfinished", 0700);
        begin_journal(g.journal);
        order.env["NCM_JOURNAL"] = g.journal;
    }

    void ended(Going& g, Outcome o) {
        for (auto& [level, text] : g.lines) say(level, text, &g.own);
        auto it = all_.find(g.name);
        const Planned* plan = it == all_.end() ? nullptr : &it->second;
        bool restore = g.keeps && plan && plan->restore && o.errors;
        if (restore) take_back(g.name, g.save, "the failed run", &g);
        else if (g.keeps && plan->confirm && !o.changed.empty()) unconfirmed_.push_back(g.name);
        else if (g.keeps) forget_kept(g.save);
        // A run that failed and asked for nothing may have failed before it came to that.
        if (!g.journal.empty() && (!o.errors || restore || (o.ended && g.asked))) end_journal(g.journal);
        finish(g.name, std::move(o), &g);
        std::erase_if(going_, [&](auto& p) { return p.get() == &g; });
        start_ready();
    }

    /// A change that may have cut the node off stays only when the node still reaches whom it must.
    void confirm() {
        if (unconfirmed_.empty()) return;
        auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(rules_.confirm_time);
        ProcessOptions o;
        o.output_limit = 4096;
        o.merge = true;
        if (!places_.root.empty()) o.env["WEFT_ROOT"] = places_.root;
        std::string why = "no time was given";
        for (;;) {
            double left = std::chrono::duration<double>(until - std::chrono::steady_clock::now()).count();
            if (left <= 0) break;
            o.timeout = left;
            try {
                ProcessResult r = run_process(rules_.confirm_command, o);
                if (r.ok()) {
                    for (const std::string& name : unconfirmed_) forget_kept(places_.work_dir + "/saved/" + name);
                    return say(Level::debug, "confirmed: the node reaches whom it must");
                }
                why = r.timed_out ? "no answer" : r.out.substr(0, r.out.find('\n'));
            } catch (const Error& e) {
                why = e.message;
            }
            usleep(useconds_t(std::min(1.0, std::max(0.0, left)) * 1e6));
        }
        std::string message = fmt::format("not confirmed within {} s: {}", rules_.confirm_time, why);
        for (const std::string& name : unconfirmed_) {
            say(Level::error, fmt::format("{}: {}", name, message));
            take_back(name, places_.work_dir + "/saved/" + name, "the change", nullptr);
            states_.failed(name, message);
            ::unlink(applied_file(places_, name).c_str());
            report_.errors++;
            for (Outcome& c : report_.components)
                if (c.component == name) c.errors++, c.message = message;
            // What was told of the change has to be told of its end.
            for (const auto& s : std::vector(report_.services))
                if (asked_by_[s.service].contains(name) && s.action != "stop") actions_.ask(s.service, s.action, name);
        }
        services();
    }

    /// Its files as they were before. The services it asked for stay pending: they have to read them again.
    void take_back(const std::string& name, const std::string& save, const char* what, Going* own) {
        std::vector<std::string> failures, paths = put_back(save, failures);
        std::string list;
        for (const std::string& p : paths) list += ' ' + p;
        say(Level::warning, fmt::format("{}: {} was taken back:{}", name, what, list.empty() ? " it had changed nothing" : list), own);
        for (const std::string& f : failures) say(Level::error, fmt::format("{}: {}", name, f), own);
    }

    /// What its program reads on standard input.
    std::string document(Going& g, const Planned* p, const Described& about) {
        const std::string& name = g.name;
        std::string tree = "null", extra, at = component_path(name);
        if (config_ && rules_.verb != "unconfigure")
            if (auto t = config_->tree(at)) tree = json(*t);
        g.tree = tree;
        g.before = applied(places_, name);
        std::vector<std::string> watched = about.watch;
        if (p) watched.insert(watched.end(), p->watched.begin(), p->watched.end());
        std::sort(watched.begin(), watched.end());
        watched.erase(std::unique(watched.begin(), watched.end()), watched.end());
        for (const std::string& path : watched) {
            if (!config_ || !path.starts_with('/')) continue;
            auto t = config_->tree(path);
            if (t) extra += (extra.empty() ? "" : ",") + json(path) + ':' + json(*t);
        }
        return fmt::format("{{\"component\":{},\"prefix\":{},\"cid\":{},\"revision\":{},\"noaction\":{},\"verbose\":{},\"tree\":{},\"extra\":{{{}}},\"previous\":{}}}\n",
                           json(name), json(at), report_.cid, report_.revision ? json(std::to_string(report_.revision)) : "null", rules_.noaction,
                           rules_.verbose, tree, extra, g.before.value_or("null"));
    }

    std::string failed_before(const std::string& name) const {
        auto it = all_.find(name);
        if (rules_.nodeps || it == all_.end()) return {};
        std::string bad;
        for (const Outcome& o : report_.components)
            if (o.errors) {
                bool pre = std::find(it->second.pre.begin(), it->second.pre.end(), o.component) != it->second.pre.end();
                auto other = all_.find(o.component);
                if (pre || (other != all_.end() && std::find(other->second.post.begin(), other->second.post.end(), name) != other->second.post.end()))
                    bad += (bad.empty() ? "" : ", ") + o.component;
            }
        return bad.empty() ? "" : "cannot run, pre-dependencies failed: " + bad;
    }

    void finish(const std::string& name, Outcome o, const Going* g) {
        bool asked = std::find(rules_.asked.begin(), rules_.asked.end(), name) != rules_.asked.end();
        if (o.errors && rules_.forgive_dependencies && !asked) {
            o.warnings += o.errors;
            o.errors = 0;
        }
        if (!rules_.noaction) {
            if (o.errors) states_.failed(name, o.message.empty() ? std::to_string(o.errors) : o.message);
            else states_.done(name);
            if (!o.errors && !o.skipped && !o.unsupported && g) remember(*g, o.files);
            if (rules_.history) record(name, o.changed);
        }
        report_.errors += o.errors;
        report_.warnings += o.warnings;
        report_.components.push_back(std::move(o));
    }

    /// A line for each file, for whoever asks later what happened to it.
    void record(const std::string& name, const std::vector<std::string>& changed) {
        constexpr off_t most = 4 << 20;  // then the older half is kept beside it
        std::string text, file = history_file(places_.work_dir), when = time_text(::time(nullptr));
        for (const std::string& f : changed) text += fmt::format("{} profile {} {} {} {}\n", when, report_.cid, rules_.verb, name, f);
        if (text.empty()) return;
        struct stat st{};
        if (stat(file.c_str(), &st) == 0 && st.st_size > most) ::rename(file.c_str(), (file + ".old").c_str());
        Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!fd || ::write(fd.get(), text.data(), text.size()) < 0) say(Level::warning, system_error("cannot write '" + file + "'").message);
    }

    void remember(const Going& g, std::vector<std::string> managed) {
        const std::string& name = g.name;
        std::string file = applied_file(places_, name), files = managed_files(places_.work_dir, name);
        if (rules_.verb == "unconfigure") {
            ::unlink(file.c_str());
            ::unlink(files.c_str());
        } else if (rules_.verb == "configure") {
            if (g.before != g.tree) {
                make_dirs(places_.work_dir + "/applied", 0700);
                write_file(file, g.tree, {.mode = 0600});
            }
            std::sort(managed.begin(), managed.end());
            managed.erase(std::unique(managed.begin(), managed.end()), managed.end());
            std::string list;
            for (const std::string& f : managed) list += f + '\n';
            if (list.empty() || list == read_if_exists(files)) return;
            make_dirs(places_.work_dir + "/files");
            write_file(files, list, {.sync = false});
        }
    }

    void services() {
        if (rules_.noaction) return;
        std::vector<Action> todo = actions_.pending();
        auto failures = actions_.run(places_.service_command, places_.work_dir + "/services.log",
                                     [&](Level l, const std::string& text) { say(l, text); });
        for (const Action& a : todo) {
            asked_by_[a.service].insert(a.by.begin(), a.by.end());
            RunReport::Service s{a.service, a.action, ""};
            for (auto& f : failures)
                if (f.action.service == a.service && f.action.action == a.action) s.error = f.why;
            if (!s.error.empty()) {
                report_.errors++;
                for (const std::string& by : a.by) {
                    states_.failed(by, fmt::format("cannot {} '{}': {}", a.action, a.service, s.error));
                    for (Outcome& o : report_.components)
                        if (o.component == by) o.errors++, o.message = fmt::format("cannot {} '{}': {}", a.action, a.service, s.error);
                }
            }
            report_.services.push_back(std::move(s));
        }
    }

    ProcessResult hook(const std::string& command, const std::string& input, double timeout) {
        ProcessOptions o;
        o.input = input;
        o.timeout = timeout;
        o.output_limit = 1 << 20;
        o.clean_env = true;
        o.on_line = [&](std::string_view l) { say(Level::info, "hook: " + std::string(l)); };
        o.on_error_line = [&](std::string_view l) { say(Level::warning, "hook: " + std::string(l)); };
        try {
            return run_process(words(command, " \t"), o);
        } catch (const Error& e) {
            say(Level::error, "hook: " + e.message);
            return {};
        }
    }

    bool pre_hook() {
        if (rules_.pre_hook.empty() || rules_.noaction) return true;
        std::string list;
        for (const std::string& name : rules_.order) list += (list.empty() ? "" : ",") + std::string("{\"name\":") + json(name) + '}';
        if (hook(rules_.pre_hook, "{\"components\":[" + list + "]}\n", rules_.pre_hook_timeout).ok()) return true;
        for (const std::string& name : rules_.order) {
            Outcome o = refused(name, "disallowed by the pre-hook");
            states_.failed(name, o.message);
            report_.components.push_back(std::move(o));
        }
        report_.errors += int(rules_.order.size());
        say(Level::error, fmt::format("the pre-hook '{}' failed: nothing is run", rules_.pre_hook));
        return false;
    }

    void post_hook() {
        if (rules_.post_hook.empty() || rules_.noaction) return;
        if (!hook(rules_.post_hook, report_.json(rules_.verb, rules_.noaction) + "\n", rules_.post_hook_timeout).ok()) {
            say(Level::error, fmt::format("the post-hook '{}' failed", rules_.post_hook));
            report_.errors++;
        }
    }

    const Configuration* config_;
    const std::map<std::string, Planned>& all_;
    const RunPlaces& places_;
    const RunRules& rules_;
    const Log& log_;
    States states_;
    Actions actions_;
    Programs programs_;
    ScratchDir scratch_;
    LogFile ncd_log_;
    RunReport report_;
    Loop loop_;
    std::vector<std::string> waiting_;            ///< to be started, in order
    std::vector<std::unique_ptr<Going>> going_;
    std::vector<std::string> unconfirmed_;        ///< changed, and must not have cut the node off
    std::map<std::string, std::set<std::string>> asked_by_;  ///< services acted on, and the components that asked
};

}  // namespace

RunReport run_components(const Configuration* config, const std::map<std::string, Planned>& all, const RunPlaces& places,
                         const RunRules& rules, const Log& log) {
    make_dirs(places.work_dir, 0755);
    return WholeRun(config, all, places, rules, log).go();
}

}  // namespace weft::ncm
