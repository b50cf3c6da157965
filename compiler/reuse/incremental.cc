// Reading the store, choosing what to build, writing the store.
#include "compiler/reuse/incremental.hh"

#include <fcntl.h>
#include <sys/file.h>

#include <set>

#include "base/error.hh"

namespace weft::compiler {

static DependencyStore read_store(const std::string& path, std::string& warning) {
    try {
        if (auto bytes = read_if_exists(path))
            return DependencyStore::read(*bytes, path);
    } catch (const Error& e) {
        warning = e.message;
    }
    return {};
}

Incremental::Incremental(const Options& options, std::vector<const Format*> formats,
                         OutputOptions output, const std::string& ignore)
    : path_(output.folder + "/.panc.deps"),
      options_(options),
      formats_(std::move(formats)),
      output_(std::move(output)),
      always_(options.debug || !options.debug_include.empty()) {
    stamp_ = Stamp::of(path_);
    store_ = read_store(path_, warning_);
    store_.ignore(ignore);
}

const std::string& Incremental::key_of(const std::string& file) {
    const LoadPath* path = nullptr;
    if (options_.load_paths && !file.empty())
        try {
            path = load_paths_.of(folder_of(file));
        } catch (const Error&) {  // the build says what is wrong with it
        }
    std::string& key = keys_[path];
    if (key.empty())
        key = build_key(options_, path ? &path->folders : nullptr);
    return key;
}

std::optional<std::string> Incremental::check(const std::string& object) {
    auto [it, added] = why_.try_emplace(object);
    if (!added)
        return it->second;
    if (always_)
        return it->second = "--debug prints only what is built";
    std::vector<DependencyStore::Output> outputs;
    for (const Written& w : files_of(object, formats_, output_))
        outputs.push_back({w.format, w.path, {}});
    return it->second = store_.outdated(object, key_of(store_.file_of(object)), outputs);
}

std::optional<std::string> Incremental::why(const std::string& object) {
    std::lock_guard guard(lock_);
    return check(object);
}

Incremental::Plan Incremental::plan(const std::vector<std::string>& files) {
    Plan plan;
    std::vector<std::string> work;
    std::set<std::string> seen;
    auto want = [&](const std::string& object) {
        if (seen.insert(object).second)
            work.push_back(object);
    };
    for (const std::string& f : files) {
        auto object = store_.object_in(f, key_of(f));
        if (!object)
            plan.files.push_back(f);
        else if (!object->empty() && !formats_.empty())
            want(*object);
    }
    while (!work.empty()) {
        std::string object = std::move(work.back());
        work.pop_back();
        if (check(object)) {
            // With a load path of its own it is built by its file, which says which one.
            std::string file = store_.file_of(object);
            if (options_.load_paths && !file.empty() && disk_.exists(file))
                plan.files.push_back(file);
            else
                plan.objects.push_back(object);
            continue;
        }
        up_to_date_++;
        for (const std::string& o : store_.built_with(object))
            want(o);
    }
    std::sort(plan.objects.begin(), plan.objects.end());
    return plan;
}

void Incremental::built(const Result& r, const std::vector<Written>& files, DiskSource& disk) {
    std::vector<DependencyStore::Output> outputs;
    bool whole = r.ok;
    for (const Written& w : files) {
        auto stamp = Stamp::of(w.path);
        // Whoever changed it since we set its time has set another.
        whole = whole && stamp && stamp->mtime == r.finished / 1'000'000'000 * 1'000'000'000;
        if (stamp)
            outputs.push_back({w.format, w.path, *stamp});
    }
    std::lock_guard guard(lock_);
    if (whole)
        store_.put(r, key_of(r.file), std::move(outputs), disk);
    else
        store_.forget(r.name);
}

void Incremental::given(const std::vector<std::string>& files,
                        const std::vector<Compiler::Files::Given>& given, DiskSource& disk) {
    for (size_t i = 0; i < files.size(); i++)
        if (given[i].clean)
            store_.put_file(files[i], given[i].object, key_of(files[i]), disk);
}

void Incremental::save() {
    if (!store_.changed() || output_.noaction)
        return;
    // The folder is locked, not the store, which is another file each time; where folders cannot be
    // locked the last to write wins, and what others built is built again.
    Fd folder(::open(output_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        (void)::flock(folder.get(), LOCK_EX);
    if (auto now = Stamp::of(path_); now && now != stamp_) {
        std::string ignored;
        store_.merge(read_store(path_, ignored));
    }
    store_.prune();
    FileAttributes attributes;
    attributes.sync = false;  // an old store tells no lies: what was built since has other stamps
    write_file(path_, store_.bytes(), attributes);
    stamp_ = Stamp::of(path_);
}

}  // namespace weft::compiler
