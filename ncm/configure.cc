// The run: for each component its document, its child, its state file; then the services.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/process.hh"
#include "base/program.hh"
#include "ncm/saved.hh"
#include "ncm/settings.hh"
#include "ncm/store.hh"
#include "ncm/whole_run.hh"

namespace weft::ncm {

volatile int stop_requested = 0;

/// Where ncm-file and its like are, for components in shell.
static std::string helpers_dir() {
    return std::filesystem::path(libexec_dir() + "/../../bin").lexically_normal().string();
}

static std::string json(const Element& e) {
    std::string out;
    write_json(e, out, {.one_line = true});
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}
static std::string json(std::string_view s) { return json(Element::of_string(s)); }

WholeRun::WholeRun(const Configuration* c, const std::map<std::string, Planned>& all,
                   const RunPlaces& p, const RunRules& r, const Log& log)
    : config_(c),
      all_(all),
      places_(p),
      rules_(r),
      log_(log),
      states_(p.state_dir),
      actions_(p.work_dir + "/actions"),
      programs_(p.components, p.work_dir + "/described", r.noaction),
      scratch_(p.work_dir + "/run-") {
    if (!p.log_dir.empty())
        ncd_log_ = LogFile(p.log_dir + "/ncd.log", p.log_mode);
    if (!c)
        return;
    report_.cid = c->cid();
    report_.checksum = c->checksum("/").value_or("");
    report_.revision = fetch_note(c->dir()).revision;
}

RunReport WholeRun::go() {
    auto begin = std::chrono::steady_clock::now();
    if (!rules_.noaction)
        for (const std::string& name : rules_.order)
            states_.pending(name);
    if (pre_hook()) {
        waiting_ = rules_.order;
        start_ready();
        loop_.run();
        programs_.rest();
        services();
        judge();
    }
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    post_hook();
    say(report_.errors ? Level::error : Level::debug,
        fmt::format("{} errors, {} warnings executing {}", report_.errors, report_.warnings,
                    rules_.verb));
    if (!rules_.noaction)
        write_file(places_.work_dir + "/last-run.json", report_.json(rules_.verb, false) + "\n",
                   {.sync = false});
    return std::move(report_);
}

/// Start what can start: in order, and beside each other only what does not wait for each other.
void WholeRun::start_ready() {
    for (size_t i = 0; i < waiting_.size() && going_.size() < size_t(rules_.jobs);) {
        std::string name = waiting_[i];
        if (stop_requested) {
            say(Level::warning,
                fmt::format("asked to stop: '{}' and what follows stays pending", name));
            return waiting_.clear();
        }
        if (std::any_of(going_.begin(), going_.end(),
                        [&](auto& g) { return needs(name, g->what.name); }) ||
            std::any_of(waiting_.begin(), waiting_.begin() + long(i),
                        [&](auto& w) { return needs(name, w); })) {
            i++;
            continue;
        }
        waiting_.erase(waiting_.begin() + long(i));
        if (auto refusal = start(name))
            finish(name, std::move(*refusal), nullptr);
        if (rules_.jobs == 1)
            i = 0;
    }
}

/// Does `name` come after `other`, by its own word or the other's?
bool WholeRun::needs(const std::string& name, const std::string& other) const {
    auto has = [](const std::vector<std::string>& list, const std::string& word) {
        return std::find(list.begin(), list.end(), word) != list.end();
    };
    const Planned *one = plan_of(name), *two = plan_of(other);
    return (one && has(one->pre, other)) || (two && has(two->post, name));
}

const Planned* WholeRun::plan_of(const std::string& name) const {
    auto it = all_.find(name);
    return it == all_.end() ? nullptr : &it->second;
}

void WholeRun::say(Level l, const std::string& text, Going* from) {
    if (from && rules_.jobs > 1)
        from->lines.emplace_back(l, text);
    else
        say(l, text, from ? &from->own : nullptr);
}
void WholeRun::say(Level l, const std::string& text, LogFile* own) {
    if (l != Level::debug || rules_.verbose_logfile) {
        ncd_log_.write(l, text);
        if (own)
            own->write(l, text);
    }
    if (log_.enabled(l))
        log_.write(l, text);
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
std::optional<Outcome> WholeRun::start(const std::string& name) {
    auto refuse = [&](const std::string& why) {
        say(Level::error, fmt::format("{}: {}", name, why));
        return refused(name, why);
    };
    if (auto why = failed_before(name); !why.empty())
        return refuse(why);
    const Planned* plan = plan_of(name);
    auto program = programs_.find(plan ? plan->module : name);
    if (!program)
        return refuse(
            fmt::format("there is no program for the component '{}'", plan ? plan->module : name));
    auto going = std::make_unique<Going>();
    going->what.name = name;
    RunOrder order;
    try {
        const Described& about = programs_.describe(*program);
        Outcome o;
        o.component = name;
        if (!about.has(rules_.verb)) {
            if (rules_.verb != "check")
                return refused(name,
                               fmt::format("the component does not know how to {}", rules_.verb));
            o.unsupported = true;
            return o;
        }
        if (rules_.noaction && !about.noaction) {
            say(Level::info,
                fmt::format("{}: not run, it cannot leave things as they are (noaction)", name));
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
    order.fork = programs_.fork(*program, rules_.verb);
    order.timeout = plan ? plan->timeout : 600;
    order.dir = scratch_.path();
    order.env = {{"NCM_CID", std::to_string(report_.cid)},
                 {"CCM_CACHE_ROOT", places_.cache_root},
                 {"NCM_NOACTION", rules_.noaction ? "1" : "0"}};
    order.env["PATH"] = helpers_dir() + ":/usr/sbin:/usr/bin:/sbin:/bin";
    order.env["NCM_COMPONENT"] = name;
    order.env["NCM_VERBOSE"] = rules_.verbose ? "1" : "0";
    for (const std::string& h : rules_.historic)
        if (h == name || h == "all")
            order.env["NCM_HISTORIC"] = "1";
    if (!places_.root.empty())
        order.env["NCM_ROOT"] = places_.root;
    if (rules_.multilog && !places_.log_dir.empty())
        going->own = LogFile(places_.log_dir + "/component-" + name + ".log", places_.log_mode);
    try {
        if (!rules_.noaction)
            prepare(*going, plan, order.env);
    } catch (const Error& e) {
        return refuse(e.message);
    }

    Going* g = going.get();
    Listener to;
    to.say = [this, g](Level l, std::string_view text) {
        say(l, fmt::format("{}: {}", g->what.name, text), g);
    };
    to.action = [this, g](const std::string& service, const std::string& action) {
        if (rules_.noaction)
            return say(Level::info, fmt::format("{}: would {} {}", g->what.name, action, service),
                       g);
        bool refused_before = std::exchange(g->refused, true);
        actions_.ask(service, action, g->what.name);
        g->refused = refused_before;
        say(Level::debug, fmt::format("{}: asks to {} {}", g->what.name, action, service), g);
    };
    going_.push_back(std::move(going));
    g->child = start_one(loop_, order, to, [this, g](Outcome o) { ended(*g, std::move(o)); });
    return std::nullopt;
}

/// What cannot be written down is the failure of this component, not of the whole run.
void WholeRun::guarded(Outcome& o, const std::function<void()>& step) {
    try {
        step();
    } catch (const Error& e) {
        o.errors++;
        if (o.message.empty())
            o.message = e.message;
        say(Level::error, fmt::format("{}: {}", o.component, e.message));
    }
}

void WholeRun::ended(Going& g, Outcome o) {
    const std::string& name = g.what.name;
    for (auto& [level, text] : g.lines)
        say(level, text, &g.own);
    const Planned* plan = plan_of(name);
    g.what.files = std::move(o.files);
    bool restore = g.keeps && plan->restore && o.errors;
    if (restore)
        take_back(name, "the failed run", &g.own);
    else if (g.keeps && !on_trial(plan, o))
        forget_kept(saved(name));
    guarded(o, [&] { close_journal(g, o, restore); });
    finish(name, std::move(o), &g);
    std::erase_if(going_, [&](auto& p) { return p.get() == &g; });
    start_ready();
}

/// What its program reads on standard input.
std::string WholeRun::document(Going& g, const Planned* p, const Described& about) {
    const std::string& name = g.what.name;
    std::string tree = "null", extra, at = component_path(name);
    if (config_ && rules_.verb != "unconfigure")
        if (auto t = config_->tree(at))
            tree = json(*t);
    g.what.tree = tree;
    g.what.before = applied(places_, name);
    std::vector<std::string> watched = about.watch;
    if (p)
        watched.insert(watched.end(), p->watched.begin(), p->watched.end());
    std::sort(watched.begin(), watched.end());
    watched.erase(std::unique(watched.begin(), watched.end()), watched.end());
    for (const std::string& path : watched) {
        if (!config_ || !path.starts_with('/'))
            continue;
        auto t = config_->tree(path);
        if (t)
            extra += (extra.empty() ? "" : ",") + json(path) + ':' + json(*t);
    }
    return fmt::format(
        "{{\"component\":{},\"prefix\":{},\"cid\":{},\"revision\":{},\"noaction\":{},\"verbose\":{}"
        ",\"tree\":{},\"extra\":{{{}}},\"previous\":{}}}\n",
        json(name), json(at), report_.cid,
        report_.revision ? json(std::to_string(report_.revision)) : "null", rules_.noaction,
        rules_.verbose, tree, extra, g.what.before.value_or("null"));
}

std::string WholeRun::failed_before(const std::string& name) const {
    if (rules_.nodeps || !plan_of(name))
        return {};
    std::string bad;
    for (const Outcome& o : report_.components)
        if (o.errors && needs(name, o.component))
            bad += (bad.empty() ? "" : ", ") + o.component;
    return bad.empty() ? "" : "cannot run, pre-dependencies failed: " + bad;
}

void WholeRun::finish(const std::string& name, Outcome o, const Going* g) {
    const Planned* plan = plan_of(name);
    bool trial = on_trial(plan, o);
    if (trial)
        trials_.push_back({g->what, plan, !o.changed.empty()});
    else if (g && !o.errors && !o.unsupported && !rules_.noaction)
        guarded(o, [&] { remember(g->what); });
    bool asked = std::find(rules_.asked.begin(), rules_.asked.end(), name) != rules_.asked.end();
    if (o.errors && rules_.forgive_dependencies && !asked) {
        o.warnings += o.errors;
        o.errors = 0;
    }
    if (!rules_.noaction) {
        if (!trial)
            note_state(name, !o.errors           ? ""
                             : o.message.empty() ? std::to_string(o.errors)
                                                 : o.message);
        if (rules_.history)
            record(name, o.changed);
    }
    report_.errors += o.errors;
    report_.warnings += o.warnings;
    report_.components.push_back(std::move(o));
}

/// The state file; no error: it is done. Without a place to write it stays as it is, and that is
/// pending.
void WholeRun::note_state(const std::string& name, const std::string& error) {
    try {
        if (error.empty())
            states_.done(name);
        else
            states_.failed(name, error);
    } catch (const Error& e) {
        say(Level::warning, fmt::format("{}: {}", name, e.message));
    }
}

/// A component whose run has ended is found to have failed after all.
void WholeRun::failed_after_all(const std::string& name, const std::string& message) {
    note_state(name, message);
    for (Outcome& o : report_.components)
        if (o.component == name) {
            o.errors++;
            o.message = message;
        }
}

void WholeRun::services() {
    if (rules_.noaction)
        return;
    std::vector<Action> todo = actions_.pending();
    auto failures = actions_.run(places_.service_command, places_.work_dir + "/services.log",
                                 [&](Level l, const std::string& text) { say(l, text); });
    for (const Action& a : todo) {
        asked_by_[a.service].insert(a.by.begin(), a.by.end());
        RunReport::Service s{a.service, a.action, ""};
        for (auto& f : failures)
            if (f.action.service == a.service && f.action.action == a.action)
                s.error = f.why;
        if (!s.error.empty()) {
            report_.errors++;
            for (const std::string& by : a.by)
                failed_after_all(by,
                                 fmt::format("cannot {} '{}': {}", a.action, a.service, s.error));
        }
        report_.services.push_back(std::move(s));
    }
}

ProcessResult WholeRun::hook(const std::string& command, const std::string& input, double timeout) {
    ProcessOptions o;
    o.input = input;
    o.timeout = timeout;
    o.output_limit = 1 << 20;
    o.clean_env = true;
    o.on_line = [&](std::string_view l) {
        say(Level::info, "hook: " + std::string(l));
    };
    o.on_error_line = [&](std::string_view l) {
        say(Level::warning, "hook: " + std::string(l));
    };
    try {
        return run_process(words(command, " \t"), o);
    } catch (const Error& e) {
        say(Level::error, "hook: " + e.message);
        return {};
    }
}

bool WholeRun::pre_hook() {
    if (rules_.pre_hook.empty() || rules_.noaction)
        return true;
    std::string list;
    for (const std::string& name : rules_.order)
        list += (list.empty() ? "" : ",") + std::string("{\"name\":") + json(name) + '}';
    if (hook(rules_.pre_hook, "{\"components\":[" + list + "]}\n", rules_.pre_hook_timeout).ok())
        return true;
    for (const std::string& name : rules_.order) {
        Outcome o = refused(name, "disallowed by the pre-hook");
        states_.failed(name, o.message);
        report_.components.push_back(std::move(o));
    }
    report_.errors += int(rules_.order.size());
    say(Level::error, fmt::format("the pre-hook '{}' failed: nothing is run", rules_.pre_hook));
    return false;
}

void WholeRun::post_hook() {
    if (rules_.post_hook.empty() || rules_.noaction)
        return;
    if (!hook(rules_.post_hook, report_.json(rules_.verb, rules_.noaction) + "\n",
              rules_.post_hook_timeout)
             .ok()) {
        say(Level::error, fmt::format("the post-hook '{}' failed", rules_.post_hook));
        report_.errors++;
    }
}

RunReport run_components(const Configuration* config, const std::map<std::string, Planned>& all,
                         const RunPlaces& places, const RunRules& rules, const Log& log) {
    make_dirs(places.work_dir, 0755);
    return WholeRun(config, all, places, rules, log).go();
}

}  // namespace weft::ncm
