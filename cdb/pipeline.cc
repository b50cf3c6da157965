// The steps of a commit, in order; the first two are in affected.cc.
#include "cdb/plan.hh"

#include <fmt/core.h>

#include <chrono>
#include <thread>

#include "base/error.hh"
#include "base/noun/profile.hh"

namespace weft::cdb {

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What the compiling threads gather.
struct Pipeline::Build {
    std::mutex lock;
    std::set<std::string> used;                               // files some object was made from
    std::map<std::string, Diagnostic> errors;                 // by place and message: one of them, many objects

    void add(Diagnostic d) {
        auto [it, fresh] = errors.emplace(fmt::format("{}:{:8}:{:8}:{}", d.file, d.line, d.col, d.message), d);
        if (fresh) return;
        // Told as the first object by name has it, whichever was compiled first.
        if (!d.objects.empty() && d.objects < it->second.objects) it->second.text = d.text;
        it->second.objects.insert(it->second.objects.end(), d.objects.begin(), d.objects.end());
        std::sort(it->second.objects.begin(), it->second.objects.end());
    }
};

/// In the list of what is at work, for as long as it lives.
struct Pipeline::Work {
    Work(Pipeline& p, const Proposal& proposal, bool check) : all(p), proposal(proposal), check(check) {
        std::lock_guard hold(all.lock_);
        place = all.works_.insert(all.works_.end(), this);
    }
    ~Work() {
        std::lock_guard hold(all.lock_);
        all.works_.erase(place);
    }
    Work(const Work&) = delete;
    Pipeline& all;
    const Proposal& proposal;
    bool check;
    Clock::time_point start = Clock::now();
    std::atomic<size_t> compiled = 0, objects = 0;
    std::list<Work*>::iterator place;
};

Pipeline::Pipeline(Store& store, int jobs) : store_(store), jobs_(jobs ? jobs : int(std::max(1u, std::thread::hardware_concurrency()))) {
    auto head = std::make_shared<Head>();
    head->tree = std::make_shared<const Tree>(store.tree(store.head()));
    auto it = head->tree->find(load_path_file);
    head->roots = parse_load_path(it == head->tree->end() ? "" : store_.content(it->second));
    for (auto& p : store_.profiles()) head->nodes[node_of(p.object)] = p.object;
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
        all.push_back({w->proposal.author, w->proposal.comment, w->proposal.request, w->check, w->compiled, w->objects, since(w->start)});
    return all;
}

Pipeline::Lease::Lease(Pipeline& all) : all_(all) {
    std::lock_guard hold(all_.lock_);
    if (!all_.idle_.empty()) bench_ = std::move(all_.idle_.back()), all_.idle_.pop_back();
    else bench_ = std::make_unique<Bench>(all_.store_);
}

Pipeline::Lease::~Lease() {
    bench_->source.forget_unused();
    std::lock_guard hold(all_.lock_);
    all_.idle_.push_back(std::move(bench_));
}

// ---- 3: compile

compiler::Compiler& Pipeline::Bench::compiler_for(const std::vector<std::string>& wanted, int jobs) {
    if (!compiler || roots != wanted) {
        compiler::Options o;
        o.include_path = wanted;
        o.jobs = jobs;
        o.keep_trees = false;
        o.print = [this](std::string_view line) {
            std::lock_guard hold(lock);
            if (notes.size() < 1000) notes.emplace_back(line.substr(0, line.find_last_not_of('\n') + 1));
        };
        compiler = std::make_unique<compiler::Compiler>(source, o);
        roots = wanted;
    }
    return *compiler;
}

/// Could an include of the name this file declares lead to it? Of a file that declares nothing: of its path.
bool Pipeline::reachable(const Plan& plan, TreeSource& source, const std::string& path) {
    auto it = plan.tree->find(path);
    if (it == plan.tree->end()) return false;
    std::string name = declared(*source.text(it->second)).name;
    if (!name.empty()) return resolve(*plan.tree, plan.roots, name) == path;
    return std::any_of(plan.roots.begin(), plan.roots.end(), [&](auto& root) { return root == "/" || path.starts_with(tree_path(root) + "/"); });
}

std::vector<Need> needs_of(const compiler::Result& r) {
    std::set<Need> needs;
    for (auto* d : r.dependencies) {
        bool text = d->type == compiler::Dependency::text || d->type == compiler::Dependency::absent_text;
        needs.insert({text ? Need::text : Need::source, tree_path(d->name)});
        if (!d->path.empty()) needs.insert({Need::file, tree_path(d->path)});
    }
    if (!r.file.empty()) needs.insert({Need::file, tree_path(r.file)});
    for (auto& o : r.references) needs.insert({Need::object, o});
    return {needs.begin(), needs.end()};
}

Diagnostic diagnostic(compiler::TemplateError e, const std::string& object) {
    auto ours = [](std::string& file) { if (!file.empty()) file = tree_path(file); };
    ours(e.where.file);
    for (auto& f : e.trace) ours(f.where.file);
    Diagnostic d{.kind = std::string(compiler::error_class_name(e.cls)), .file = e.where.file, .message = e.message, .hint = e.hint,
                 .line = e.where.line, .col = e.where.col, .text = e.text()};
    if (!object.empty()) d.objects.push_back(object);
    return d;
}

/// One object is compiled: pack its profile, compare it with the published one. On a building thread.
void Pipeline::take(Plan& plan, Build& build, const compiler::Result& r, bool preview) {
    auto needs = needs_of(r);
    {
        std::lock_guard hold(build.lock);
        for (auto& n : needs)
            if (n.kind == Need::file) build.used.insert(n.name);
        for (auto& e : r.errors) build.add(diagnostic(e, r.name));
        if (!r.ok) { plan.out.failing.push_back(r.name); return; }
        if (!plan.build.contains(r.name)) return;  // only referred to
    }
    Built b{.object = r.name, .needs = std::move(needs)};
    auto old = store_.profile(r.name);
    bool differs;
    {
        std::string xml;
        write_xml(r.root, xml, {.ascii_only = true});
        b.xml.hash = hash_of(xml);
        differs = !old || old->xml != b.xml.hash;
        if (differs && !preview) {
            if (!store_.has_content(b.xml.hash)) b.xml = Packed::of(xml);
            b.values = leaf_changes(old ? store_.content(old->xml) : "", xml, *plan.landing.words);
            b.values_from = old ? old->xml : Hash();
            b.compared = true;
        }
    }
    Effect e;
    if (preview && differs) e = effect(node_of(r.name), old ? read_xml(store_.content(old->xml), r.name) : Element(), r.root);
    if (!preview) {
        std::string origins = compiler::write_origins(r);
        b.origins.hash = hash_of(origins);
        if (!store_.has_content(b.origins.hash)) b.origins = Packed::of(origins);
    }
    std::lock_guard hold(build.lock);
    plan.out.changed += differs;
    if (preview && differs) plan.out.effects.push_back(std::move(e));
    plan.landing.built.push_back(std::move(b));
}

void Pipeline::compile(Plan& plan, Bench& bench, bool preview, Work* work) {
    auto start = Clock::now();
    Build build;
    bench.source.use(plan.tree, plan.fresh);
    auto& compiler = bench.compiler_for(plan.roots, jobs_);
    bench.notes.clear();
    std::vector<std::string> names(plan.build.begin(), plan.build.end());
    if (work) work->compiled = 0, work->objects = names.size();
    if (!names.empty())
        compiler.build(names, [&](const compiler::Result& r) {
            try {
                take(plan, build, r, preview);
            } catch (const Error& e) {
                compiler::TemplateError t(compiler::ErrorClass::system, e.message, e.where, e.hint);
                std::lock_guard hold(build.lock);
                build.add(diagnostic(t, r.name));
                plan.out.failing.push_back(r.name);
            }
            if (work && plan.build.contains(r.name)) {
                work->compiled++;
                if (work->proposal.progress) work->proposal.progress(work->compiled, work->objects);
            }
        });
    // A template nobody includes yet must at least be one; of what the load path does not lead to we only tell.
    std::vector<std::string> alone;
    for (auto& path : plan.changed_templates)
        if (!build.used.contains(path)) alone.push_back("/" + path);
    if (!alone.empty())
        for (auto& e : compiler.build_files(alone, {}, true).errors) {
            Diagnostic d = diagnostic(e, {});
            if (d.file.empty() || reachable(plan, bench.source, d.file)) build.add(d);
            else plan.unsure = true, plan.out.notes.push_back(fmt::format("not used: {}", d.text.substr(0, d.text.find('\n'))));
        }
    for (auto& [place, d] : build.errors) plan.out.errors.push_back(d);
    std::sort(plan.out.failing.begin(), plan.out.failing.end());
    plan.out.failing.erase(std::unique(plan.out.failing.begin(), plan.out.failing.end()), plan.out.failing.end());
    plan.out.notes.insert(plan.out.notes.end(), bench.notes.begin(), bench.notes.end());
    plan.out.compiled = names.size();
    plan.out.compile_seconds += since(start);
    if (!plan.out.errors.empty() || !plan.out.failing.empty()) plan.out.state = Outcome::refused;
    check_nodes(plan);
}

/// No two objects for one node.
void Pipeline::check_nodes(Plan& plan) {
    std::map<std::string, std::string> fresh;  // node -> object
    for (auto& object : plan.build) {
        std::string node = node_of(object);
        auto it = plan.head->nodes.find(node);
        std::string other = fresh.emplace(node, object).first->second;
        if (other == object && it != plan.head->nodes.end() && it->second != object && !plan.withdrawn.contains(it->second)) other = it->second;
        if (other == object) continue;
        compiler::TemplateError e(compiler::ErrorClass::validation, fmt::format("'{}' and '{}' are both the profile of '{}'", object, other, node),
                                  {.file = resolve(*plan.tree, plan.roots, object)}, "the last step of an object's name is the node's");
        plan.out.errors.push_back(diagnostic(e, object));
        plan.out.state = Outcome::refused;
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
    if (!l.past.empty()) l.edits = p.edits;  // also those that only undo what led to it
    l.base = p.base;
    l.reverts = p.reverts;
    l.once = p.once;
    l.session = p.session;
    l.touched = p.touched;
    l.withdrawn.assign(plan.withdrawn.begin(), plan.withdrawn.end());
    std::sort(l.built.begin(), l.built.end(), [](auto& a, auto& b) { return a.object < b.object; });
    Revision r = store_.land(l);
    plan.out.revision = r.number;
    auto next = std::make_shared<Head>(Head{plan.tree, plan.roots, plan.head->nodes});
    for (auto& object : l.withdrawn) next->nodes.erase(node_of(object));
    for (auto& b : l.built) next->nodes[node_of(b.object)] = b.object;
    {
        std::lock_guard hold(lock_);
        head_ = std::move(next);
    }
    auto stages = store_.stages();
    size_t waiting = 0;
    for (auto& change : r.profiles) {
        if (std::any_of(stages.begin(), stages.end(), [&](auto& s) { return s.has(node_of(change.object)); })) {
            waiting++;
            continue;
        }
        auto now = store_.profile(change.object);
        plan.out.published.push_back(now ? *now : Profile{.object = change.object});
    }
    if (waiting) plan.out.notes.push_back(fmt::format("{} profile{} for the promotion of a stage", waiting, waiting == 1 ? " waits" : "s wait"));
}

Outcome Pipeline::run(const Proposal& p, bool preview, const std::function<void(const Outcome&)>& landed) {
    auto start = Clock::now();
    Turns::Turn turn(turns_, preview ? Turns::beside : Turns::ordered);
    Work work(*this, p, preview);
    Plan plan;
    auto finish = [&] {
        plan.out.seconds = since(start);
        return std::move(plan.out);
    };
    auto repeated = [&] {
        auto done = preview || p.once.empty() ? std::nullopt : store_.once(p.principal(), p.once);
        if (done) plan = Plan(), plan.out.state = Outcome::repeated, plan.out.revision = *done;
        return done.has_value();
    };
    if (repeated()) return finish();
    Lease bench(*this);
    if (!prepare(p, plan, head(), bench->source)) return finish();
    compile(plan, *bench, preview, &work);
    // What came before has gone on meanwhile. A check is not waited for, and gives up running after others.
    for (int tries = 0; !preview || tries < 3; tries++) {
        if (!preview) turn.wait();
        if (repeated()) return finish();
        auto now = head();
        if (now == plan.head) break;
        Plan fresh;
        bool goes_on = prepare(p, fresh, now, bench->source);
        if (goes_on && still_holds(plan, fresh)) {
            fresh.landing.built = std::move(plan.landing.built);
            fresh.landing.words = std::move(plan.landing.words);
            fresh.out.effects = std::move(plan.out.effects);
            fresh.out.notes = std::move(plan.out.notes);
            fresh.out.compiled = plan.out.compiled;
            fresh.out.changed = plan.out.changed;
            fresh.out.compile_seconds = plan.out.compile_seconds;
            check_nodes(fresh);
            plan = std::move(fresh);
            break;
        }
        fresh.out.compile_seconds = plan.out.compile_seconds;
        plan = std::move(fresh);
        if (!goes_on) return finish();
        again_++;
        compile(plan, *bench, preview, &work);
    }
    if (preview)
        for (auto& object : plan.withdrawn)
            if (auto old = store_.profile(object)) plan.out.effects.push_back(effect(node_of(object), read_xml(store_.content(old->xml), object), Element()));
    plan.out.changed += plan.withdrawn.size();
    plan.out.effects = grouped(std::move(plan.out.effects));
    if (preview || plan.out.state != Outcome::done) return finish();
    std::lock_guard hold(store_.commit_lock());
    land(p, plan);
    plan.out.seconds = since(start);
    if (landed) landed(plan.out);
    return std::move(plan.out);
}

Outcome Pipeline::check(const Proposal& p) { return run(p, true, {}); }
Outcome Pipeline::commit(const Proposal& p, const std::function<void(const Outcome&)>& landed) { return run(p, false, landed); }

std::vector<Edit> Pipeline::undo(uint64_t number) const {
    auto r = store_.revision(number);
    if (!r) throw Error(exit_data, fmt::format("there is no revision {}", number));
    std::vector<Edit> edits;
    for (auto& f : r->files) {
        Edit e{.path = f.path, .base = f.after};
        if (!f.before.empty()) e.text = store_.content(f.before);
        edits.push_back(std::move(e));
    }
    return edits;
}

void Pipeline::alone(const std::function<void()>& work) {
    Turns::Turn turn(turns_, Turns::alone);
    work();
}

std::vector<std::string> Pipeline::verify(bool compile_all) {
    Turns::Turn turn(turns_, Turns::alone);
    std::lock_guard hold(store_.commit_lock());  // promotions
    auto wrong = store_.verify();
    if (!compile_all) return wrong;
    Plan plan;
    Lease bench(*this);
    if (!prepare({.everything = true}, plan, head(), bench->source)) return wrong;
    for (auto& object : plan.withdrawn) wrong.push_back(fmt::format("profile: '{}' has no object template in the head", object));
    compile(plan, *bench, false, nullptr);
    for (auto& d : plan.out.errors) wrong.push_back(d.text.substr(0, d.text.find('\n')));
    for (auto& b : plan.landing.built) {
        auto p = store_.profile(b.object);
        if (!p) wrong.push_back(fmt::format("profile: '{}' was never published", b.object));
        else if (p->xml != b.xml.hash) wrong.push_back(fmt::format("profile: '{}' compiles to something else now", b.object));
        else if (store_.needs_of(b.object) != b.needs) wrong.push_back(fmt::format("index: the needs of '{}' are not those of its compilation", b.object));
    }
    return wrong;
}

}  // namespace weft::cdb
