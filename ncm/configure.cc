// The run: for each component its document, its child, its state file; then the services.
#include "ncm/configure.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "base/error.hh"
#include "base/file.hh"
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

static std::string json(const Element& e) {
    std::string out;
    write_json(e, out, {.one_line = true});
    while (out.ends_with('\n')) out.pop_back();
    return out;
}
static std::string json(std::string_view s) { return json(Element::of_string(s)); }

std::string RunReport::json(const std::string& verb, bool noaction) const {
    Element e = Element::new_dict();
    auto put = [](Element& to, const char* key, Element v) { to.dict_ref().at(Key(key)) = std::move(v); };
    put(e, "time", Element::of_long(::time(nullptr)));
    put(e, "pid", Element::of_long(getpid()));
    put(e, "verb", Element::of_string(verb));
    put(e, "noaction", Element::of_boolean(noaction));
    put(e, "cid", Element::of_long(cid));
    put(e, "checksum", Element::of_string(checksum));
    put(e, "revision", Element::of_long(revision));
    put(e, "errors", Element::of_long(errors));
    put(e, "warnings", Element::of_long(warnings));
    put(e, "seconds", Element::of_double(double(long(seconds * 1e4)) / 1e4));
    Element list = Element::new_list();
    for (const Outcome& o : components) {
        Element c = Element::new_dict(), changed = Element::new_list();
        for (const std::string& f : o.changed) changed.list_ref().push_back(Element::of_string(f));
        put(c, "name", Element::of_string(o.component));
        put(c, "status", Element::of_string(o.errors ? "failed" : o.skipped || o.unsupported ? "skipped" : o.warnings ? "warnings" : "ok"));
        put(c, "errors", Element::of_long(o.errors));
        put(c, "warnings", Element::of_long(o.warnings));
        put(c, "message", Element::of_string(o.message));
        put(c, "seconds", Element::of_double(double(long(o.seconds * 1e4)) / 1e4));
        put(c, "changed", changed);
        list.list_ref().push_back(std::move(c));
    }
    put(e, "components", list);
    Element actions = Element::new_list();
    for (const Service& s : services) {
        Element a = Element::new_dict();
        put(a, "service", Element::of_string(s.service));
        put(a, "action", Element::of_string(s.action));
        put(a, "error", Element::of_string(s.error));
        actions.list_ref().push_back(std::move(a));
    }
    put(e, "services", actions);
    return ncm::json(e);
}

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
            for (const std::string& name : rules_.order) {
                if (stop_requested) {
                    say(Level::warning, fmt::format("asked to stop: '{}' and what follows stays pending", name));
                    break;
                }
                finish(name, one(name));
            }
            services();
        }
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        post_hook();
        say(report_.errors ? Level::error : Level::debug, fmt::format("{} errors, {} warnings executing {}", report_.errors, report_.warnings, rules_.verb));
        if (!rules_.noaction) write_file(places_.work_dir + "/last-run.json", report_.json(rules_.verb, false) + "\n", {.sync = false});
        return std::move(report_);
    }

private:
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

    Outcome one(const std::string& name) {
        if (auto why = failed_before(name); !why.empty()) {
            say(Level::error, fmt::format("{}: {}", name, why));
            return refused(name, why);
        }
        auto it = all_.find(name);
        std::string module = it == all_.end() ? name : it->second.module;
        auto program = programs_.find(module);
        if (!program) {
            std::string why = fmt::format("there is no program for the component '{}'", module);
            say(Level::error, fmt::format("{}: {}", name, why));
            return refused(name, why);
        }
        const Described* about;
        try {
            about = &programs_.describe(*program);
        } catch (const Error& e) {
            say(Level::error, fmt::format("{}: {}", name, e.message));
            return refused(name, e.message);
        }
        Outcome o;
        o.component = name;
        if (!about->has(rules_.verb)) {
            if (rules_.verb != "check") return refused(name, fmt::format("the component does not know how to {}", rules_.verb));
            o.unsupported = true;
            return o;
        }
        if (rules_.noaction && !about->noaction) {
            say(Level::info, fmt::format("{}: not run, it cannot leave things as they are (noaction)", name));
            o.skipped = true;
            return o;
        }
        RunOrder order;
        order.component = name;
        order.command = programs_.command(*program);
        order.command.push_back(rules_.verb);
        order.timeout = it == all_.end() ? 600 : it->second.timeout;
        order.dir = scratch_.path();
        order.env = {{"NCM_CID", std::to_string(report_.cid)}, {"CCM_CACHE_ROOT", places_.cache_root}, {"NCM_NOACTION", rules_.noaction ? "1" : "0"}};
        order.env["PATH"] = helpers_dir() + ":/usr/sbin:/usr/bin:/sbin:/bin";
        order.env["NCM_COMPONENT"] = name;
        order.env["NCM_VERBOSE"] = rules_.verbose ? "1" : "0";
        if (!places_.root.empty()) order.env["NCM_ROOT"] = places_.root;
        try {
            order.document = document(name, it == all_.end() ? nullptr : &it->second, *about);
        } catch (const Error& e) {
            say(Level::error, fmt::format("{}: {}", name, e.message));
            return refused(name, e.message);
        }
        LogFile own;
        if (rules_.multilog && !places_.log_dir.empty()) own = LogFile(places_.log_dir + "/component-" + name + ".log", places_.log_mode);
        Listener to;
        to.say = [&](Level l, std::string_view text) { say(l, fmt::format("{}: {}", name, text), &own); };
        bool asked = false;
        to.action = [&](const std::string& service, const std::string& action) {
            asked = true;
            if (rules_.noaction) return say(Level::info, fmt::format("{}: would {} {}", name, action, service), &own);
            actions_.ask(service, action, name);
            say(Level::debug, fmt::format("{}: asks to {} {}", name, action, service), &own);
        };
        std::string save = places_.work_dir + "/saved/" + name;
        if (::access((save + "/journal").c_str(), F_OK) == 0 && !rules_.noaction) take_back(name, save, "a run that was cut off", &own);
        bool restore = !rules_.noaction && it != all_.end() && it->second.restore;
        if (restore) {
            make_dirs(save, 0700);
            order.env["NCM_SAVE_DIR"] = save;
        }
        std::string journal = places_.work_dir + "/unfinished/" + name;
        if (!rules_.noaction) {
            make_dirs(places_.work_dir + "/unfinished", 0700);
            begin_journal(journal);
            order.env["NCM_JOURNAL"] = journal;
        }
        o = run_one(order, to);
        o.component = name;
        if (restore && o.errors) take_back(name, save, "the failed run", &own);
        else if (restore) forget_kept(save);
        // A run that failed and asked for nothing may have failed before it came to that.
        if (!rules_.noaction && (!o.errors || restore || (o.ended && asked))) end_journal(journal);
        return o;
    }

    /// Its files as they were before. The services it asked for stay pending: they have to read them again.
    void take_back(const std::string& name, const std::string& save, const char* what, LogFile* own) {
        std::vector<std::string> failures, paths = put_back(save, failures);
        std::string list;
        for (const std::string& p : paths) list += ' ' + p;
        say(Level::warning, fmt::format("{}: {} was taken back:{}", name, what, list.empty() ? " it had changed nothing" : list), own);
        for (const std::string& f : failures) say(Level::error, fmt::format("{}: {}", name, f), own);
    }

    /// What its program reads on standard input.
    std::string document(const std::string& name, const Planned* p, const Described& about) {
        std::string tree = "null", extra, at = component_path(name);
        if (config_ && rules_.verb != "unconfigure")
            if (auto t = config_->tree(at)) tree = json(*t);
        tree_ = tree;
        before_ = applied(places_, name);
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
                           rules_.verbose, tree, extra, before_.value_or("null"));
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

    void finish(const std::string& name, Outcome o) {
        bool asked = std::find(rules_.asked.begin(), rules_.asked.end(), name) != rules_.asked.end();
        if (o.errors && rules_.forgive_dependencies && !asked) {
            o.warnings += o.errors;
            o.errors = 0;
        }
        if (!rules_.noaction) {
            if (o.errors) states_.failed(name, o.message.empty() ? std::to_string(o.errors) : o.message);
            else states_.done(name);
            if (!o.errors && !o.skipped && !o.unsupported) remember(name, o.files);
        }
        report_.errors += o.errors;
        report_.warnings += o.warnings;
        report_.components.push_back(std::move(o));
    }

    void remember(const std::string& name, std::vector<std::string> managed) {
        std::string file = applied_file(places_, name), files = managed_files(places_.work_dir, name);
        if (rules_.verb == "unconfigure") {
            ::unlink(file.c_str());
            ::unlink(files.c_str());
        } else if (rules_.verb == "configure") {
            if (before_ != tree_) {
                make_dirs(places_.work_dir + "/applied", 0700);
                write_file(file, tree_, {.mode = 0600});
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
    std::string tree_;                   ///< of the component that is running
    std::optional<std::string> before_;  ///< what it was configured with before
};

}  // namespace

RunReport run_components(const Configuration* config, const std::map<std::string, Planned>& all, const RunPlaces& places,
                         const RunRules& rules, const Log& log) {
    make_dirs(places.work_dir, 0755);
    return WholeRun(config, all, places, rules, log).go();
}

}  // namespace weft::ncm
