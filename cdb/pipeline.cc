// The steps of a commit, in order; the first two are in affected.cc.
#include "cdb/plan.hh"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <map>
#include <thread>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "base/wrap/gzip.hh"
#include "cdb/contents.hh"
#include "cdb/database.hh"
#include "cdb/revisions.hh"
#include "cdb/stages.hh"
#include "cdb/values.hh"

namespace weft::cdb {

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Bytes of packed contents that wait in memory for the transaction of their commit; beyond them
/// they go to the store at once.
static constexpr size_t spill_above = size_t(8) << 20;
/// Objects built in one go: what the compiler keeps of each until the last of them is done goes
/// with them.
static constexpr size_t batch = 1000;

/// What the compiling threads gather.
struct Pipeline::Build {
    explicit Build(Landing& l) : words(*l.words) {}
    std::mutex lock;
    std::set<std::string> taken;               // objects
    uint32_t numbered = 0;                     // those of them that are to land
    std::set<uint32_t> used;                   // needs some object has
    std::map<std::string, Diagnostic> errors;  // by place and message: one of them, many objects
    std::vector<Packed> contents;              // not in the store yet
    size_t bytes = 0;

    void add(Diagnostic d) {
        const Where& at = d.error.where;
        auto [it, fresh] = errors.emplace(
            fmt::format("{}:{:8}:{:8}:{}", at.file, at.line, at.col, d.error.message), d);
        if (fresh)
            return;
        // Told as the first object by name has it, whichever was compiled first.
        if (!d.objects.empty() && d.objects < it->second.objects)
            it->second.error = d.error;
        it->second.objects.insert(it->second.objects.end(), d.objects.begin(), d.objects.end());
        std::sort(it->second.objects.begin(), it->second.objects.end());
    }
    std::vector<uint32_t> needs(const compiler::Result&);

private:
    uint32_t number(Need::Kind kind, std::string_view path) {
        return words.number(need_key({kind, tree_path(path)}));
    }
    Words& words;
    std::unordered_map<const compiler::Dependency*, std::array<uint32_t, 2>> known;
};

/// In the list of what is at work, for as long as it lives.
struct Pipeline::Work {
    Work(Pipeline& p, const Proposal& proposal, bool check)
        : all(p), proposal(proposal), check(check) {
        {
            std::lock_guard hold(all.lock_);
            place = all.works_.insert(all.works_.end(), this);
        }
        if (all.on_work_)
            all.on_work_(all.at_work());
    }
    ~Work() {
        {
            std::lock_guard hold(all.lock_);
            all.works_.erase(place);
        }
        if (all.on_work_)
            all.on_work_(all.at_work());
    }
    Work(const Work&) = delete;
    Pipeline& all;
    const Proposal& proposal;
    bool check;
    Clock::time_point start = Clock::now();
    std::atomic<size_t> compiled = 0, objects = 0;
    std::list<Work*>::iterator place;
};

Pipeline::Pipeline(Store& store, int jobs)
    : store_(store), jobs_(jobs ? jobs : int(std::max(1u, std::thread::hardware_concurrency()))) {
    auto head = std::make_shared<Head>();
    head->tree = std::make_shared<const Tree>(store.revisions.tree(store.revisions.head()));
    TreeSource source(store.contents);
    source.use(head->tree);
    head->lookup = std::make_shared<const Lookup>(head->tree, source);
    for (auto& p : store_.revisions.profiles())
        head->nodes[node_of(p.object)] = p.object;
    head_ = std::move(head);
}

Pipeline::~Pipeline() = default;

std::shared_ptr<const Pipeline::Head> Pipeline::head() const {
    std::lock_guard hold(lock_);
    return head_;
}

std::shared_ptr<const std::map<std::string, std::string>> Pipeline::objects() const {
    auto now = head();
    return {now, &now->nodes};
}

std::vector<AtWork> Pipeline::at_work() const {
    std::lock_guard hold(lock_);
    std::vector<AtWork> all;
    for (const Work* w : works_)
        all.push_back({w->proposal.author, w->proposal.comment, w->proposal.request, w->check,
                       w->compiled, w->objects, since(w->start)});
    return all;
}

Pipeline::Lease::Lease(Pipeline& all) : all_(all) {
    std::lock_guard hold(all_.lock_);
    if (!all_.idle_.empty()) {
        bench_ = std::move(all_.idle_.back());
        all_.idle_.pop_back();
    } else
        bench_ = std::make_unique<Bench>(all_.store_);
}

Pipeline::Lease::~Lease() {
    bench_->source.forget_unused();
    std::lock_guard hold(all_.lock_);
    all_.idle_.push_back(std::move(bench_));
}

// ---- 3: compile

compiler::Compiler& Pipeline::Bench::the_compiler(int jobs) {
    if (!compiler) {
        compiler::Options o;
        o.include_path = {"/"};
        o.load_paths = true;
        o.jobs = jobs;
        o.keep_trees = false;
        o.reuse = true;
        o.print = [this](std::string_view line) {
            std::lock_guard hold(lock);
            if (notes.size() < 1000)
                notes.emplace_back(line.substr(0, line.find_last_not_of('\n') + 1));
        };
        compiler = std::make_unique<compiler::Compiler>(source, o);
    }
    return *compiler;
}

/// Could an include of the name this file declares lead to it? Of a file that declares nothing: of
/// its path.
bool Pipeline::reachable(const Plan& plan, TreeSource& source, const std::string& path) {
    auto it = plan.tree->find(path);
    if (it == plan.tree->end())
        return false;
    std::string name = declared(*source.text(it->second)).name;
    if (name.empty())
        return plan.lookup->below_any(path);
    auto all = plan.lookup->anywhere(name + path.substr(path.rfind('.')));
    return std::find(all.begin(), all.end(), path) != all.end();
}

/// What an object's compilation looked at. With the lock held.
std::vector<uint32_t> Pipeline::Build::needs(const compiler::Result& r) {
    std::vector<uint32_t> all;
    for (auto* d : r.dependencies) {
        auto [it, fresh] = known.try_emplace(d);
        if (fresh) {
            bool text = d->type == compiler::Dependency::text ||
                        d->type == compiler::Dependency::absent_text;
            it->second[0] = number(text ? Need::text : Need::source, d->name);
            it->second[1] = d->path.empty() ? it->second[0] : number(Need::file, d->path);
        }
        all.insert(all.end(), it->second.begin(), it->second.end());
    }
    if (!r.file.empty())
        all.push_back(number(Need::file, r.file));
    for (auto& o : r.references)
        all.push_back(words.number(need_key({Need::object, o})));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    used.insert(all.begin(), all.end());
    return all;
}

Diagnostic diagnostic(compiler::TemplateError e, const std::string& object) {
    auto ours = [](std::string& file) {
        if (!file.empty())
            file = tree_path(file);
    };
    ours(e.where.file);
    for (auto& f : e.trace)
        ours(f.where.file);
    Diagnostic d{.kind = std::string(compiler::error_class_name(e.cls)), .error = e, .objects = {}};
    if (!object.empty())
        d.objects.push_back(object);
    return d;
}

static std::string first_line(const Diagnostic& d) {
    std::string text = d.error.text();
    return text.substr(0, text.find('\n'));
}

/// One object is compiled: pack its profile, compare it with the published one. On a building
/// thread.
void Pipeline::take(Plan& plan, Build& build, const compiler::Result& r, bool preview) {
    Built b{.object = r.name};
    {
        std::lock_guard hold(build.lock);
        if (!build.taken.insert(r.name).second)
            return;
        b.needs = build.needs(r);
        for (auto& e : r.errors)
            build.add(diagnostic(e, r.name));
        if (!r.ok) {
            plan.out.failing.push_back(r.name);
            return;
        }
        if (!plan.build.contains(r.name))
            return;  // only referred to
        b.number = build.numbered++;
    }
    auto old = store_.revisions.profile(r.name);
    std::vector<Packed> fresh;
    CommitTrace trace;
    auto start = Clock::now();
    auto lap = [&](double& stage) {
        stage += since(std::exchange(start, Clock::now()));
    };
    auto pack = [&](std::string_view text) {
        Hash h = hash_of(text);
        lap(trace.digest);
        if (!preview && !store_.contents.has(h))
            fresh.push_back(
                {h, gzip(text, 1)});  // 6 makes a sixth less of it, in three times the time
        lap(trace.gzip);
        return h;
    };
    thread_local TextCache texts(size_t(16) << 20);
    std::string xml;
    write_xml(r.root, xml, {.ascii_only = true, .cache = &texts});
    lap(trace.write_xml);
    b.xml.hash = pack(xml);
    bool differs = !old || old->xml != b.xml.hash;
    Effect e;
    if (preview && differs)
        e = effect(node_of(r.name),
                   old ? read_xml(store_.contents.text(old->xml), r.name) : Element(), r.root);
    if (!preview) {
        if (differs) {
            plan.landing.values->add(
                b.number,
                leaf_changes(old ? gunzip(store_.contents.gzip(old->xml), size_t(1) << 30) : "",
                             xml, *plan.landing.words));
            b.values_from = old ? old->xml : Hash();
            b.compared = true;
        }
        lap(trace.values);
        std::string origins = compiler::write_origins(r);
        lap(trace.origins);
        b.origins.hash = pack(origins);
    }
    std::vector<Packed> many;
    {
        std::lock_guard hold(build.lock);
        plan.out.changed += differs;
        plan.out.trace += trace;
        if (preview && differs)
            plan.out.effects.push_back(std::move(e));
        plan.landing.built.push_back(std::move(b));
        for (auto& p : fresh) {
            build.bytes += p.gzip.size();
            build.contents.push_back(std::move(p));
        }
        if (build.bytes > spill_above) {
            many = std::exchange(build.contents, {});
            build.bytes = 0;
        }
    }
    if (many.empty())
        return;
    CommitTrace spilled;
    start = Clock::now();
    store_.contents.spill(many);
    lap(spilled.store);
    std::lock_guard hold(build.lock);
    plan.out.trace += spilled;
}

void Pipeline::compile(Plan& plan, Bench& bench, bool preview, Work* work) {
    auto start = Clock::now();
    Build build(plan.landing);
    bench.source.use(plan.tree, plan.fresh);
    auto& compiler = bench.the_compiler(jobs_);
    bench.notes.clear();
    auto go_on = [&] {
        if (work && preview && work->proposal.abandoned && work->proposal.abandoned())
            throw Error(exit_try_later, "nobody waits for this check any more");
    };
    std::vector<std::string> names(plan.build.begin(), plan.build.end());
    compiler::Compiler::ObjectFiles files;
    for (auto& name : names)
        if (std::string file = plan.lookup->file_of(name, bench.source); !file.empty())
            files[name] = "/" + file;
    std::set<std::string> odd;
    if (work) {
        work->compiled = 0;
        work->objects = names.size();
    }
    for (size_t at = 0; at < names.size(); at += batch) {
        go_on();
        compiler.build(
            {names.begin() + long(at), names.begin() + long(std::min(at + batch, names.size()))},
            [&](const compiler::Result& r) {
                try {
                    take(plan, build, r, preview);
                } catch (const Error& e) {
                    compiler::TemplateError t(compiler::ErrorClass::system, e.message, e.where,
                                              e.hint);
                    std::lock_guard hold(build.lock);
                    build.add(diagnostic(t, r.name));
                    plan.out.failing.push_back(r.name);
                }
                if (!work || !plan.build.contains(r.name))
                    return;
                size_t n = std::min<size_t>(
                    ++work->compiled, names.size());  // one that others refer to may come twice
                if (work->proposal.progress)
                    work->proposal.progress(n, names.size());
            },
            files);
        odd.insert(compiler.load_path_warnings().begin(), compiler.load_path_warnings().end());
    }
    constexpr size_t most_notes = 20;
    for (size_t i = 0; auto& note : odd)
        if (i++ < most_notes)
            plan.out.notes.push_back(note);
    if (odd.size() > most_notes)
        plan.out.notes.push_back(fmt::format("and {} more of load paths", odd.size() - most_notes));
    // A template nobody includes yet must at least be one; of what the load path does not lead to
    // we only tell.
    std::vector<std::string> alone;
    for (auto& path : plan.changed_templates)
        if (auto n = plan.landing.words->find(need_key({Need::file, path}));
            !n || !build.used.contains(*n))
            alone.push_back("/" + path);
    // One name of a linked file is that of its template, the others are not.
    std::map<Hash, size_t> names_of;
    if (!alone.empty())
        for (auto& [path, hash] : *plan.tree)
            names_of[hash]++;
    std::erase_if(alone, [&](const std::string& path) {
        auto it = plan.tree->find(path.substr(1));
        if (it == plan.tree->end() || names_of[it->second] < 2)
            return false;
        std::string name = declared(*bench.source.text(it->second)).name;
        return !path.ends_with("/" + name + ".pan") && !path.ends_with("/" + name + ".tpl");
    });
    if (!alone.empty())
        for (auto& e : compiler.build_files(alone, {}, true).errors) {
            Diagnostic d = diagnostic(e, {});
            const std::string& file = d.error.where.file;
            if (file.empty() || reachable(plan, bench.source, file))
                build.add(d);
            else {
                plan.unsure = true;
                plan.out.notes.push_back(fmt::format("not used: {}", first_line(d)));
            }
        }
    plan.landing.contents = std::move(build.contents);
    for (auto& [place, d] : build.errors)
        plan.out.errors.push_back(d);
    std::sort(plan.out.failing.begin(), plan.out.failing.end());
    plan.out.failing.erase(std::unique(plan.out.failing.begin(), plan.out.failing.end()),
                           plan.out.failing.end());
    plan.out.printed.insert(plan.out.printed.end(), bench.notes.begin(), bench.notes.end());
    plan.out.compiled = names.size();
    plan.out.compile_seconds += since(start);
    if (!plan.out.errors.empty() || !plan.out.failing.empty())
        plan.out.state = Outcome::refused;
    check_nodes(plan, bench.source);
}

/// No two objects for one node.
void Pipeline::check_nodes(Plan& plan, TreeSource& source) {
    std::map<std::string, std::string> fresh;  // node -> object
    auto refuse = [&](std::string what, const std::string& file, const std::string& object,
                      std::string hint) {
        compiler::TemplateError e(compiler::ErrorClass::validation, std::move(what), {.file = file},
                                  std::move(hint));
        plan.out.errors.push_back(diagnostic(e, object));
        plan.out.state = Outcome::refused;
    };
    for (auto& object : plan.build) {
        if (auto all = plan.lookup->files_of(object, source); all.size() > 1)
            refuse(fmt::format("object template '{}' is in two files: '{}' and '{}'", object,
                               all[0], all[1]),
                   all[1], object, "a profile is known by its name: give one another");
        std::string node = node_of(object);
        auto it = plan.head->nodes.find(node);
        std::string other = fresh.emplace(node, object).first->second;
        if (other == object && it != plan.head->nodes.end() && it->second != object &&
            !plan.withdrawn.contains(it->second))
            other = it->second;
        if (other == object)
            continue;
        refuse(fmt::format("'{}' and '{}' are both the profile of '{}'", object, other, node),
               plan.lookup->file_of(object, source), object,
               "the last step of an object's name is the node's");
    }
}

// ---- 4 and 5: write, or refuse

/// Nobody else writes meanwhile: it is this commit's turn.
void Pipeline::land(const Proposal& p, Plan& plan) {
    Landing& l = plan.landing;
    l.author = p.author;
    l.comment = p.comment;
    l.by = p.by;
    l.origin = p.origin;
    l.time = p.time;
    l.past = p.past;
    if (!l.past.empty())
        l.edits = p.edits;  // also those that only undo what led to it
    l.base = p.base;
    l.reverts = p.reverts;
    l.once = p.once;
    l.session = p.session;
    l.touched = p.touched;
    l.withdrawn.assign(plan.withdrawn.begin(), plan.withdrawn.end());
    std::sort(l.built.begin(), l.built.end(), [](auto& a, auto& b) { return a.object < b.object; });
    auto start = Clock::now();
    Revision r = store_.land(l);
    plan.out.trace.store += since(start);
    plan.out.revision = r.number;
    auto next = std::make_shared<Head>(Head{plan.tree, plan.lookup, plan.head->nodes});
    for (auto& object : l.withdrawn)
        next->nodes.erase(node_of(object));
    for (auto& b : l.built)
        next->nodes[node_of(b.object)] = b.object;
    {
        std::lock_guard hold(lock_);
        head_ = std::move(next);
    }
    auto stages = store_.stages.all();
    size_t waiting = 0;
    for (auto& change : r.profiles) {
        if (std::any_of(stages.begin(), stages.end(),
                        [&](auto& s) { return s.has(node_of(change.object)); })) {
            waiting++;
            continue;
        }
        auto now = store_.revisions.profile(change.object);
        plan.out.published.push_back(now ? *now : Profile{.object = change.object});
    }
    if (waiting)
        plan.out.notes.push_back(fmt::format("{} profile{} for the promotion of a stage", waiting,
                                             waiting == 1 ? " waits" : "s wait"));
}

Outcome Pipeline::run(const Proposal& p, bool preview,
                      const std::function<void(const Outcome&)>& landed) {
    auto start = Clock::now();
    Turns::Turn turn(turns_, preview ? Turns::beside : Turns::ordered);
    Work work(*this, p, preview);
    Plan plan;
    auto finish = [&] {
        plan.out.seconds = since(start);
        return std::move(plan.out);
    };
    auto repeated = [&] {
        auto done =
            preview || p.once.empty() ? std::nullopt : store_.revisions.once(p.principal(), p.once);
        if (done) {
            plan = Plan();
            plan.out.state = Outcome::repeated;
            plan.out.revision = *done;
        }
        return done.has_value();
    };
    if (repeated())
        return finish();
    Lease bench(*this);
    if (!prepare(p, plan, head(), bench->source))
        return finish();
    compile(plan, *bench, preview, &work);
    // What came before has gone on meanwhile. A check is not waited for, and gives up running after
    // others.
    for (int tries = 0; !preview || tries < 3; tries++) {
        if (!preview)
            turn.wait();
        if (repeated())
            return finish();
        auto now = head();
        if (now == plan.head)
            break;
        Plan fresh;
        bool goes_on = prepare(p, fresh, now, bench->source);
        if (goes_on && still_holds(plan, fresh, bench->source)) {
            fresh.landing.built = std::move(plan.landing.built);
            fresh.landing.words = std::move(plan.landing.words);
            fresh.landing.values = std::move(plan.landing.values);
            fresh.landing.contents = std::move(plan.landing.contents);
            fresh.out.effects = std::move(plan.out.effects);
            fresh.out.notes = std::move(plan.out.notes);
            fresh.out.printed = std::move(plan.out.printed);
            fresh.out.compiled = plan.out.compiled;
            fresh.out.changed = plan.out.changed;
            fresh.out.compile_seconds = plan.out.compile_seconds;
            fresh.out.trace = plan.out.trace;
            check_nodes(fresh, bench->source);
            plan = std::move(fresh);
            break;
        }
        fresh.out.compile_seconds = plan.out.compile_seconds;
        fresh.out.trace = plan.out.trace;
        plan = std::move(fresh);
        if (!goes_on)
            return finish();
        again_++;
        compile(plan, *bench, preview, &work);
    }
    if (preview)
        for (auto& object : plan.withdrawn)
            if (auto old = store_.revisions.profile(object))
                plan.out.effects.push_back(effect(
                    node_of(object), read_xml(store_.contents.text(old->xml), object), Element()));
    plan.out.changed += plan.withdrawn.size();
    plan.out.effects = grouped(std::move(plan.out.effects));
    if (preview || plan.out.state != Outcome::done)
        return finish();
    std::lock_guard hold(store_.database.commit_lock());
    land(p, plan);
    plan.out.seconds = since(start);
    if (landed)
        landed(plan.out);
    return std::move(plan.out);
}

Outcome Pipeline::check(const Proposal& p) { return run(p, true, {}); }

Outcome Pipeline::commit(const Proposal& p, const std::function<void(const Outcome&)>& landed) {
    bool done = false;
    struct Tidy {
        Pipeline& all;
        bool& done;
        ~Tidy() {
            if (done || !all.store_.contents.has_spilled())
                return;
            try {
                all.alone([&] { all.store_.contents.drop_spilled(); });
            } catch (const Error&) {  // 'cdb verify --collect' finds them as well
            }
        }
    } tidy{*this, done};
    Outcome o = run(p, false, landed);
    done = o.state == Outcome::done;
    return o;
}

std::vector<Edit> Pipeline::undo(uint64_t number) const {
    auto r = store_.revisions.find(number);
    if (!r)
        throw Error(exit_data, fmt::format("there is no revision {}", number));
    std::vector<Edit> edits;
    for (auto& f : r->files) {
        Edit e{.path = f.path, .base = f.after};
        if (!f.before.empty())
            e.text = store_.contents.text(f.before);
        edits.push_back(std::move(e));
    }
    return edits;
}

void Pipeline::alone(const std::function<void()>& work) {
    Turns::Turn turn(turns_, Turns::alone);
    work();
}

/// Every object of the head, compiled.
void Pipeline::compile_all(Plan& plan) {
    Lease bench(*this);
    prepare({.everything = true}, plan, head(), bench->source);
    compile(plan, *bench, false, nullptr);
    store_.contents.drop_spilled();
}

void Pipeline::rebuild() {
    Turns::Turn turn(turns_, Turns::alone);
    Plan plan;
    compile_all(plan);
    if (plan.out.state != Outcome::done)
        throw Error(exit_data,
                    fmt::format("the head does not compile: {}",
                                plan.out.errors.empty() ? "" : plan.out.errors[0].error.message),
                    {}, "the indexes are as they were");
    store_.rebuild_indexes(plan.landing);
}

std::vector<std::string> Pipeline::verify(bool compiled_too) {
    Turns::Turn turn(turns_, Turns::alone);
    std::lock_guard hold(store_.database.commit_lock());  // promotions
    auto wrong = store_.verify();
    if (!compiled_too)
        return wrong;
    Plan plan;
    compile_all(plan);
    for (auto& object : plan.withdrawn)
        wrong.push_back(fmt::format("profile: '{}' has no object template in the head", object));
    for (auto& d : plan.out.errors)
        wrong.push_back(first_line(d));
    for (auto& b : plan.landing.built) {
        auto p = store_.revisions.profile(b.object);
        if (!p)
            wrong.push_back(fmt::format("profile: '{}' was never published", b.object));
        else if (p->xml != b.xml.hash)
            wrong.push_back(fmt::format("profile: '{}' compiles to something else now", b.object));
        else if (auto known = store_.values.needs_of(b.object);
                 known.size() != b.needs.size() ||
                 !std::all_of(known.begin(), known.end(), [&](auto& need) {
                     auto n = plan.landing.words->find(need_key(need));
                     return n && std::binary_search(b.needs.begin(), b.needs.end(), *n);
                 }))
            wrong.push_back(
                fmt::format("index: the needs of '{}' are not those of its compilation", b.object));
    }
    return wrong;
}

}  // namespace weft::cdb
