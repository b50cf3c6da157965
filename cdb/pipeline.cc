// The steps of a commit, in order.
#include "cdb/pipeline.hh"

#include <fmt/core.h>

#include <chrono>
#include <thread>

#include "base/error.hh"
#include "base/noun/profile.hh"
#include "cdb/namespaces.hh"

namespace weft::cdb {

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A commit on its way.
struct Pipeline::Plan {
    Outcome out;
    Landing landing;
    std::shared_ptr<Tree> tree;                               // the head with the changes
    std::vector<std::string> roots;
    std::vector<std::pair<Hash, compiler::Text>> fresh;
    std::set<std::string> build, withdrawn;                   // objects
    std::vector<std::string> changed_templates;
};

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

Pipeline::Pipeline(Store& store, int jobs)
    : store_(store), jobs_(jobs ? jobs : int(std::max(1u, std::thread::hardware_concurrency()))),
      head_(std::make_shared<const Tree>(store.tree(store.head()))), source_(store) {
    auto it = head_->find(load_path_file);
    roots_ = parse_load_path(it == head_->end() ? "" : store_.content(it->second));
    for (auto& p : store_.profiles()) nodes_[node_of(p.object)] = p.object;
}

Pipeline::~Pipeline() = default;

// ---- 1: the changes on top of the head

/// False when there is nothing to go on with.
bool Pipeline::merge(const Proposal& p, Plan& plan) {
    plan.out.revision = store_.head();
    plan.tree = std::make_shared<Tree>(*head_);
    for (const Edit& e : p.edits) {
        check_path(e.path);
        auto it = plan.tree->find(e.path);
        Hash now = it == plan.tree->end() ? Hash() : it->second;
        Hash after = e.text ? hash_of(*e.text) : Hash();
        if (now == after) continue;
        if (now != e.base) {
            Conflict c{.path = e.path, .revision = store_.changed_at(e.path, plan.out.revision)};
            if (auto r = store_.revision(c.revision)) c.author = r->author;
            plan.out.conflicts.push_back(std::move(c));
            continue;
        }
        if (e.text) {
            (*plan.tree)[e.path] = after;
            if (e.path == access_path) Namespaces::parse(*e.text);  // refuses the commit when it is wrong
            plan.fresh.emplace_back(after, std::make_shared<const std::string>(*e.text));
        } else {
            plan.tree->erase(e.path);
        }
        plan.out.files.push_back({e.path, now, after});
        plan.landing.edits.push_back(e);
    }
    for (auto& lock : store_.locks())
        if (lock.owner != p.principal() && std::any_of(plan.out.files.begin(), plan.out.files.end(), [&](auto& f) { return lock.covers(f.path); }))
            plan.out.locks.push_back(lock);
    if (!plan.out.conflicts.empty()) plan.out.state = Outcome::conflict;
    else if (!plan.out.locks.empty()) plan.out.state = Outcome::locked;
    else if (plan.out.files.empty() && !p.everything && p.past.empty()) plan.out.state = Outcome::unchanged;
    return plan.out.state == Outcome::done;
}

// ---- 2: the objects whose value may differ

/// The template that a name leads to along the load path; empty: none.
static std::string resolve(const Tree& tree, const std::vector<std::string>& roots, const std::string& name) {
    for (auto& root : roots)
        for (const char* ending : {".pan", ".tpl"})
            if (std::string path = tree_path(root + "/" + name + ending); tree.contains(path)) return path;
    return {};
}

/// Could an include of the name this file declares lead to it? Of a file that declares nothing: of its path.
bool Pipeline::reachable(const Plan& plan, const std::string& path) {
    auto it = plan.tree->find(path);
    if (it == plan.tree->end()) return false;
    std::string name = declared(*source_.text(it->second)).name;
    if (!name.empty()) return resolve(*plan.tree, plan.roots, name) == path;
    return std::any_of(plan.roots.begin(), plan.roots.end(), [&](auto& root) { return root == "/" || path.starts_with(tree_path(root) + "/"); });
}

void Pipeline::find_affected(const Proposal& p, Plan& plan) {
    auto it = plan.tree->find(load_path_file);
    plan.roots = parse_load_path(it == plan.tree->end() ? "" : *source_.text(it->second));

    // An object exists when its name leads to a template that declares it.
    auto exists = [&](const std::string& object) {
        std::string path = resolve(*plan.tree, plan.roots, object);
        return !path.empty() && declared_object(*source_.text(plan.tree->at(path))) == object;
    };
    auto consider = [&](const std::string& object) {
        if (exists(object)) plan.build.insert(object);
        else if (store_.profile(object)) plan.withdrawn.insert(object);
    };
    auto users = [&](Need need) {
        for (auto& object : store_.objects_needing(need)) consider(object);
    };

    bool all = p.everything || plan.roots != roots_;
    if (all) {
        for (auto& profile : store_.profiles()) consider(profile.object);
        for (auto& [path, hash] : *plan.tree)
            if (is_template(path))
                if (auto object = declared_object(*source_.text(hash)); object && exists(*object)) plan.build.insert(*object);
    }
    size_t outside = 0;
    for (const FileChange& f : plan.out.files) {
        bool tpl = is_template(f.path);
        if (tpl && !f.after.empty()) {
            plan.changed_templates.push_back(f.path);
            if (auto object = declared_object(*source_.text(f.after))) {
                consider(*object);
                if (!plan.build.contains(*object)) outside++;
            }
        }
        if (tpl && !f.before.empty())
            if (auto object = declared_object(*source_.text(f.before))) consider(*object);
        if (all) continue;
        if (!f.before.empty()) users({Need::file, f.path});
        if (f.before.empty())  // a new file may be found where another, or none, was found before
            for (size_t at = 0; at != std::string::npos; at = f.path.find('/', at), at += at != std::string::npos) {
                std::string name = f.path.substr(at);
                users({Need::text, name});
                if (tpl) users({Need::source, name.substr(0, name.size() - 4)});
            }
    }
    if (outside)
        plan.out.notes.push_back(fmt::format("{} object template{} outside the load path, or not named like {} file: no profile is made",
                                             outside, outside == 1 ? " is" : "s are", outside == 1 ? "its" : "their"));
    for (auto& object : std::set(plan.withdrawn)) users({Need::object, object});
}

// ---- 3: compile

compiler::Compiler& Pipeline::compiler_for(const std::vector<std::string>& roots) {
    if (!compiler_ || compiler_roots_ != roots) {
        compiler::Options o;
        o.include_path = roots;
        o.jobs = jobs_;
        o.keep_trees = false;
        o.print = [this](std::string_view line) {
            std::lock_guard hold(notes_lock_);
            if (notes_.size() < 1000) notes_.emplace_back(line.substr(0, line.find_last_not_of('\n') + 1));
        };
        compiler_ = std::make_unique<compiler::Compiler>(source_, o);
        compiler_roots_ = roots;
    }
    return *compiler_;
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

void Pipeline::compile(Plan& plan, bool preview) {
    auto start = Clock::now();
    Build build;
    source_.use(plan.tree, plan.fresh);
    auto& compiler = compiler_for(plan.roots);
    notes_.clear();
    std::vector<std::string> names(plan.build.begin(), plan.build.end());
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
        });
    // A template nobody includes yet must at least be one; of what the load path does not lead to we only tell.
    std::vector<std::string> alone;
    for (auto& path : plan.changed_templates)
        if (!build.used.contains(path)) alone.push_back("/" + path);
    if (!alone.empty())
        for (auto& e : compiler.build_files(alone, {}, true).errors) {
            Diagnostic d = diagnostic(e, {});
            if (d.file.empty() || reachable(plan, d.file)) build.add(d);
            else plan.out.notes.push_back(fmt::format("not used: {}", d.text.substr(0, d.text.find('\n'))));
        }
    for (auto& [place, d] : build.errors) plan.out.errors.push_back(d);
    std::sort(plan.out.failing.begin(), plan.out.failing.end());
    plan.out.failing.erase(std::unique(plan.out.failing.begin(), plan.out.failing.end()), plan.out.failing.end());

    std::map<std::string, std::string> fresh;  // node -> object: no two objects for one node
    for (auto& object : names) {
        std::string node = node_of(object);
        auto it = nodes_.find(node);
        std::string other = fresh.emplace(node, object).first->second;
        if (other == object && it != nodes_.end() && it->second != object && !plan.withdrawn.contains(it->second)) other = it->second;
        if (other == object) continue;
        compiler::TemplateError e(compiler::ErrorClass::validation, fmt::format("'{}' and '{}' are both the profile of '{}'", object, other, node),
                                  {.file = resolve(*plan.tree, plan.roots, object)}, "the last step of an object's name is the node's");
        plan.out.errors.push_back(diagnostic(e, object));
    }
    plan.out.notes.insert(plan.out.notes.end(), notes_.begin(), notes_.end());
    plan.out.compiled = names.size();
    plan.out.compile_seconds = since(start);
    if (!plan.out.errors.empty() || !plan.out.failing.empty()) plan.out.state = Outcome::refused;
}

// ---- 4 and 5: write, or refuse

Outcome Pipeline::run(const Proposal& p, bool preview) {
    std::lock_guard turn(turn_);
    auto start = Clock::now();
    Plan plan;
    auto finish = [&] {
        plan.out.seconds = since(start);
        return std::move(plan.out);
    };
    if (!preview && !p.once.empty())
        if (auto done = store_.once(p.principal(), p.once)) {
            plan.out.state = Outcome::repeated;
            plan.out.revision = *done;
            return finish();
        }
    if (!merge(p, plan)) return finish();
    source_.use(plan.tree, plan.fresh);
    find_affected(p, plan);
    compile(plan, preview);
    source_.forget_unused();
    for (auto& object : plan.withdrawn)
        if (preview)
            if (auto old = store_.profile(object)) plan.out.effects.push_back(effect(node_of(object), read_xml(store_.content(old->xml), object), Element()));
    plan.out.changed += plan.withdrawn.size();
    plan.out.effects = grouped(std::move(plan.out.effects));
    if (preview || plan.out.state != Outcome::done) return finish();

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
    l.withdrawn.assign(plan.withdrawn.begin(), plan.withdrawn.end());
    std::sort(l.built.begin(), l.built.end(), [](auto& a, auto& b) { return a.object < b.object; });
    Revision r;
    {
        std::lock_guard hold(store_.commit_lock());
        r = store_.land(l);
    }
    plan.out.revision = r.number;
    head_ = plan.tree;
    roots_ = plan.roots;
    for (auto& object : l.withdrawn) nodes_.erase(node_of(object));
    for (auto& b : l.built) nodes_[node_of(b.object)] = b.object;
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
    return finish();
}

Outcome Pipeline::check(const Proposal& p) { return run(p, true); }
Outcome Pipeline::commit(const Proposal& p) { return run(p, false); }

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

std::vector<std::string> Pipeline::verify(bool compile_all) {
    std::lock_guard turn(turn_);
    auto wrong = store_.verify();
    if (!compile_all) return wrong;
    Plan plan;
    plan.tree = std::make_shared<Tree>(*head_);
    source_.use(plan.tree);
    find_affected({.everything = true}, plan);
    for (auto& object : plan.withdrawn) wrong.push_back(fmt::format("profile: '{}' has no object template in the head", object));
    compile(plan, false);
    for (auto& d : plan.out.errors) wrong.push_back(d.text.substr(0, d.text.find('\n')));
    std::set<std::string> seen;
    for (auto& b : plan.landing.built) {
        seen.insert(b.object);
        auto p = store_.profile(b.object);
        if (!p) wrong.push_back(fmt::format("profile: '{}' was never published", b.object));
        else if (p->xml != b.xml.hash) wrong.push_back(fmt::format("profile: '{}' compiles to something else now", b.object));
        else if (store_.needs_of(b.object) != b.needs) wrong.push_back(fmt::format("index: the needs of '{}' are not those of its compilation", b.object));
    }
    return wrong;
}

}  // namespace weft::cdb
