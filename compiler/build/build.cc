// Many objects: phases, references from one to another, threads.
#include <fmt/core.h>
#include <pthread.h>

#include <chrono>
#include <thread>

#include "compiler/build/watch.hh"
#include "compiler/limits.hh"
#include "compiler/messages/hints.hh"
#include "compiler/reuse/library.hh"
#include "compiler/reuse/memo.hh"
#include "compiler/text/parse.hh"

namespace weft::compiler {

/// Another thread failed, and the build with it.
struct BuildStopped {};

Library::Job& Library::job(const std::string& name) {
    auto& j = jobs_[name];
    if (!j) {
        j = std::make_unique<Job>();
        j->name = name;
        order_.push_back(j.get());
        queue_.push_back(j.get());
    }
    return *j;
}

/// A phase of an object under the eyes of who watches; its seconds are added to `sum`.
template <class F>
static void in_phase(const Options& o, Watch::Phase p, const std::string& name, double& sum,
                     F run) {
    auto begin = std::chrono::steady_clock::now();
    for (Watch* w : o.watches)
        w->phase(p, name, true);
    auto end = [&] {
        for (Watch* w : o.watches)
            w->phase(p, name, false);
        sum += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    try {
        run();
    } catch (...) {
        end();
        throw;
    }
    end();
}

/// Execute and defaults. The caller has set the state to running.
void Library::make_tree(Job& j, Memo* memo) {
    std::unique_ptr<Object> object;
    std::vector<TemplateError> errors;
    WorkMeter meter;
    double executing = 0, filling = 0;
    for (Watch* w : options_.watches)
        w->phase(Watch::build, j.name, true);
    try {
        object = std::make_unique<Object>(*this, options_, j.name, locate(j), memo);
        in_phase(options_, Watch::execute, j.name, executing, [&] { object->execute(); });
        for (Watch* w : options_.watches)
            w->filled(*object, true);
        if (object->memo())
            object->memo()->sharing.share(object->state().tree(Unrecorded::finished));
        in_phase(options_, Watch::defaults, j.name, filling, [&] { object->defaults(); });
        for (Watch* w : options_.watches)
            w->filled(*object, false);
        if (object->derive())
            object->derive()->whole(object->state().tree(Unrecorded::finished));
        object->state().tree(Unrecorded::finished).freeze();
        if (object->memo())
            object->memo()->sharing.share(object->state().tree(Unrecorded::finished));
    } catch (const TemplateError& e) {
        // A broken file is told with all its errors.
        errors.push_back(e);
        std::vector<TemplateError> also = std::move(errors[0].also);
        errors.insert(errors.end(), also.begin(), also.end());
        if (e.cls == ErrorClass::parse || e.trace.empty())
            if (object && !object->main_template()) {
                const Found& found = find_template(object->search(), j.name, {});
                if (!found.path.empty())
                    if (FilePtr f = load(found.path); f && !f->errors.empty())
                        errors = f->errors;
            }
    }
    for (Watch* w : options_.watches)
        w->phase(Watch::build, j.name, false);
    std::vector<const Dependency*> deps;
    if (object)
        deps = object->state().dependencies(Unrecorded::finished);
    std::sort(deps.begin(), deps.end());
    deps.erase(std::unique(deps.begin(), deps.end()), deps.end());
    std::lock_guard guard(jobs_lock_);
    if (object) {
        j.root = object->state().tree(Unrecorded::finished);
        if (!j.complete) {  // made a second time, it is not validated again: that found more
            j.dependencies = std::move(deps);
            j.references = object->references();
        }
        if (object->main_template())
            j.file = object->main_template()->path;
    }
    j.failed = !errors.empty();
    if (j.errors.empty())
        j.errors = std::move(errors);
    if (!j.failed && !j.complete)
        j.object = std::move(object);
    if (j.failed) {
        j.validated = true;
        j.root = Element();
    }
    j.state = Job::built;
    statistics.built++;
    statistics.execute += executing;
    statistics.defaults += filling;
    jobs_changed_.notify_all();
}

/// The same message whichever of them notices first: with the lock held.
void Library::fail_circle(std::vector<std::string> names) {
    std::rotate(names.begin(), std::min_element(names.begin(), names.end()), names.end());
    std::string text;
    for (const std::string& n : names)
        text += n + " -> ";
    TemplateError e(ErrorClass::evaluation,
                    "objects wait for each other in a circle: " + text + names[0], {},
                    "each needs a value() of the next while it is being built; what both need "
                    "belongs into a template both include");
    for (size_t i = 0; i < names.size(); i++) {
        const Job& j = job(names[i]);
        Error::Frame f =
            shown_frame(j.waits_in, j.waits_at,
                        fmt::format("'{}' needs '{}' at", names[i], names[(i + 1) % names.size()]));
        if (i == 0) {
            e.where = f.where;
            e.line = f.line;
        } else
            e.trace.push_back(f);
    }
    if (e.where.file.empty())
        if (auto& files = job(names[0]).holders; !files.empty())
            e.where = {*files.begin()};
    throw e;
}

const Element* Library::tree_of(const Object& waiting, const std::string& name, bool checks_cycle,
                                const Template* in, const Span& at) {
    std::unique_lock guard(jobs_lock_);
    Job& j = job(name);
    Job& self = job(waiting.name());
    j.referenced = true;
    for (;;) {
        if (j.state == Job::built) {
            self.waits_for.clear();
            if (j.failed)
                throw j.errors[0];
            return &j.root;
        }
        if (checks_cycle) {
            self.waits_in = in;
            self.waits_at = at;
            std::vector<std::string> circle{self.name};
            for (Job* step = &j;; step = &job(step->waits_for)) {
                if (step == &self)
                    fail_circle(std::move(circle));
                circle.push_back(step->name);
                if (step->waits_for.empty())
                    break;
            }
            self.waits_for = name;
        }
        if (stopped_)
            throw BuildStopped();
        if (j.state == Job::running) {
            jobs_changed_.wait(guard);
            continue;
        }
        j.state = Job::running;
        guard.unlock();
        make_tree(j, waiting.memo());
        guard.lock();
        if (!j.validated)
            queue_.push_back(&j);  // built here, to be validated by whoever is free
    }
}

void Library::validate(Job& j, Memo* memo) {
    if (j.object->memo())
        j.object->use(memo);  // another thread may have built it
    std::vector<TemplateError> errors;
    double checking = 0;
    try {
        in_phase(options_, Watch::valid1, j.name, checking, [&] { j.object->validate(); });
    } catch (const TemplateError& e) {
        errors.push_back(e);
    }
    for (Watch* w : options_.watches)
        w->checked(*j.object, errors.empty() ? "" : errors[0].message);
    std::vector<const Dependency*> deps = j.object->state().dependencies(Unrecorded::finished);
    std::sort(deps.begin(), deps.end());
    deps.erase(std::unique(deps.begin(), deps.end()), deps.end());
    std::lock_guard guard(jobs_lock_);
    j.dependencies = std::move(deps);
    j.references = j.object->references();
    if (!errors.empty()) {
        j.invalid = true;
        j.errors = std::move(errors);
    }  // its tree is good for others all the same
    j.validated = true;
    statistics.validate += checking;
    if (j.object->derive()) {
        j.derivations =
            std::make_shared<const std::vector<Result::Derivation>>(j.object->derive()->result());
        j.records = std::make_shared<const std::set<std::string>>(j.object->records());
        j.links = std::make_shared<const std::set<std::string>>(j.object->links());
    }
    j.finished = std::chrono::duration_cast<std::chrono::nanoseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
    j.object.reset();
    jobs_changed_.notify_all();
}

/// All it depends on is validated: make the result. Answers whether that was possible.
///   last   nothing will change any more
bool Library::settle(Job& j, const std::function<void(const Result&)>& on_result, bool last) {
    std::vector<const Dependency*> deps;
    {
        std::unique_lock guard(jobs_lock_);
        if (j.complete || !j.validated)
            return j.complete;
        std::vector<Job*> work{&j};
        std::set<Job*> seen{&j};
        Job* broken = nullptr;
        while (!work.empty()) {
            Job* x = work.back();
            work.pop_back();
            if (!x->validated && !last)
                return false;
            deps.insert(deps.end(), x->dependencies.begin(), x->dependencies.end());
            if (x != &j && (x->failed || x->invalid) && (!broken || x->name < broken->name))
                broken = x;
            for (const std::string& r : x->references)
                if (Job* y = &job(r); seen.insert(y).second)
                    work.push_back(y);
        }
        // What it has itself goes before what others pass on; and they pass on only what they have
        // themselves, so that it does not matter who is settled first.
        Result& r = j.result;
        r.errors = j.errors;
        if (broken && r.errors.empty()) {
            r.errors = broken->errors;
            if (broken->errors[0].cls != ErrorClass::validation) {
                r.errors = {broken->errors[0]};
                r.errors[0].trace.push_back(
                    {{},
                     fmt::format("object dependency on {} raised exception, needed by {}",
                                 broken->name, j.name)});
            }
        }
        r.ok = r.errors.empty();
        j.complete = true;
    }
    for (Watch* w : options_.watches) {
        w->phase(Watch::valid2, j.name, true);
        w->phase(Watch::valid2, j.name, false);
    }
    Result& r = j.result;
    r.name = j.name;
    r.file = j.file;
    r.finished = j.finished;
    r.origins = origins;
    r.derivations = j.derivations;
    r.records = j.records;
    r.links = j.links;
    std::sort(deps.begin(), deps.end(), [](auto* a, auto* b) { return a != b && *a < *b; });
    deps.erase(std::unique(deps.begin(), deps.end()), deps.end());
    r.dependencies = std::move(deps);
    r.references.assign(j.references.begin(), j.references.end());
    if (r.ok)
        r.root = j.root;
    if (on_result)
        on_result(r);
    if (!options_.keep_trees) {
        r.root = Element();
        r.dependencies.clear();
        r.dependencies.shrink_to_fit();
        std::lock_guard guard(jobs_lock_);
        if (!j.referenced && !j.failed) {
            j.root = Element();
            j.state = Job::dropped;
        }
    }
    return true;
}

/// Until there is no object left. What is thrown and is no mistake of a template - no memory left,
/// an output that cannot be written - ends the build in all threads: who waits for the tree of an
/// object would wait for ever.
void Library::work(const std::function<void(const Result&)>& on_result) {
    try {
        auto memo = reuse_ ? std::make_unique<Memo>() : nullptr;
        while (Job* next = take_job())
            finish(*next, memo.get(), on_result);
    } catch (...) {
        std::lock_guard guard(jobs_lock_);
        bool first = !std::exchange(stopped_, true);
        jobs_changed_.notify_all();
        if (first)
            throw;
    }
}

/// The next object to make or to check, counted as active; nullptr when all are done.
Library::Job* Library::take_job() {
    std::unique_lock guard(jobs_lock_);
    for (;;) {
        if (stopped_)
            return nullptr;
        while (next_ < queue_.size()) {
            Job* j = queue_[next_++];
            if (j->state == Job::waiting ||
                (j->state == Job::built && !j->validated && !j->validating)) {
                active_++;
                return j;
            }
        }
        if (!active_) {
            jobs_changed_.notify_all();
            return nullptr;
        }
        jobs_changed_.wait(guard);
    }
}

void Library::finish(Job& j, Memo* memo, const std::function<void(const Result&)>& on_result) {
    std::unique_lock guard(jobs_lock_);
    if (j.state == Job::waiting) {
        j.state = Job::running;
        guard.unlock();
        make_tree(j, memo);
        guard.lock();
    }
    // Meanwhile another thread may have it.
    if (j.state == Job::built && !j.validated && !j.validating) {
        j.validating = true;
        guard.unlock();
        validate(j, memo);
        guard.lock();
    }
    guard.unlock();
    settle(j, on_result, false);
    guard.lock();
    active_--;
    jobs_changed_.notify_all();
}

/// A pool whose threads have room for deeply nested expressions and for objects that need each
/// other.
void Library::run_threads(size_t count, const std::function<void()>& work) {
    struct Start {
        const std::function<void()>* work;
        std::exception_ptr failure;
    };
    std::vector<Start> starts(count, Start{&work, nullptr});
    std::vector<pthread_t> threads;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    for (size_t size = size_t(256) << 20; size >= size_t(8) << 20; size /= 2)
        if (pthread_attr_setstacksize(&attr, size) == 0)
            break;
    auto entry = [](void* p) -> void* {
        auto* s = static_cast<Start*>(p);
        try {
            (*s->work)();
        } catch (...) {
            s->failure = std::current_exception();
        }
        return nullptr;
    };
    for (size_t i = 0; i < count; i++) {
        pthread_t t;
        if (pthread_create(&t, &attr, entry, &starts[i]) == 0)
            threads.push_back(t);
        else if (threads.empty())
            work();
    }
    pthread_attr_destroy(&attr);
    for (pthread_t t : threads)
        pthread_join(t, nullptr);
    for (Start& s : starts)
        if (s.failure)
            std::rethrow_exception(s.failure);
}

std::vector<Result> Library::build(const std::vector<std::string>& names,
                                   const std::function<void(const Result&)>& on_result,
                                   const Compiler::ObjectFiles& files) {
    {
        std::lock_guard guard(jobs_lock_);
        for (const std::string& n : names)
            job(n).asked = true;
        for (const std::string& n : names)
            if (auto it = files.find(n); it != files.end())
                job(n).holders.insert(it->second);
        // Who watches wants to see everything happen. For one object there is little to share.
        reuse_ =
            options_.reuse && options_.watches.empty() && order_.size() > 1 && Sharing::possible();
    }
    size_t count = options_.jobs > 0 ? size_t(options_.jobs)
                                     : std::max(1u, std::thread::hardware_concurrency());
    run_threads(std::max<size_t>(1, std::min(count, std::max<size_t>(order_.size(), 1))),
                [&] { work(on_result); });
    // In the order asked for; jobs were made in any order, as files were parsed.
    std::vector<Job*> all, others;
    for (Job* j : order_)
        if (!j->asked)
            others.push_back(j);
    for (const std::string& n : names)
        if (Job& j = job(n); std::exchange(j.asked, false))
            all.push_back(&j);
    std::sort(others.begin(), others.end(), [](Job* x, Job* y) { return x->name < y->name; });
    all.insert(all.end(), others.begin(), others.end());
    std::vector<Result> out;
    for (Job* j : all) {
        settle(*j, on_result, true);
        out.push_back(std::move(j->result));
    }
    return out;
}

Compiler::Files Library::build_files(const std::vector<std::string>& paths,
                                     const std::function<void(const Result&)>& on_result,
                                     bool syntax_only, const std::vector<std::string>& objects) {
    Compiler::Files out;
    std::vector<FilePtr> files(paths.size());
    std::atomic<size_t> next = 0;
    size_t count = options_.jobs > 0 ? size_t(options_.jobs)
                                     : std::max(1u, std::thread::hardware_concurrency());
    run_threads(std::max<size_t>(1, std::min(count, paths.size())), [&] {
        for (size_t i; (i = next++) < paths.size();)
            files[i] = load(paths[i]);
    });
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (size_t i = 0; i < paths.size(); i++) {
        const FilePtr& f = files[i];
        if (!f) {
            out.errors.emplace_back(
                ErrorClass::system,
                fmt::format("cannot read '{}': No such file or directory", paths[i]));
            out.given.push_back({"", false});
            continue;
        }
        bool object = f->tpl && f->kind == TemplateKind::object;
        for (const TemplateError& e : f->errors)
            out.errors.push_back(e);
        out.given.push_back({object ? f->name : "", f->errors.empty() && f->warnings.empty()});
        if (object && seen.insert(f->name).second)
            names.push_back(f->name);
    }
    for (const std::string& o : objects)
        if (seen.insert(o).second)
            names.push_back(o);
    if (!syntax_only)
        out.results = build(names, on_result);
    return out;
}

Compiler::Compiler(Source& source, Options options)
    : library_(std::make_unique<Library>(source, std::move(options))) {}
Compiler::~Compiler() = default;

std::vector<Result> Compiler::build(const std::vector<std::string>& objects,
                                    const std::function<void(const Result&)>& on_result,
                                    const ObjectFiles& files) {
    library_->begin();
    return library_->build(objects, on_result, files);
}

Compiler::Files Compiler::build_files(const std::vector<std::string>& paths,
                                      const std::function<void(const Result&)>& on_result,
                                      bool syntax_only, const std::vector<std::string>& objects) {
    library_->begin();
    return library_->build_files(paths, on_result, syntax_only, objects);
}

const std::set<std::string>& Compiler::load_path_warnings() const {
    return library_->load_path_warnings;
}

Compiler::Statistics Compiler::statistics() const { return library_->statistics; }

}  // namespace weft::compiler
