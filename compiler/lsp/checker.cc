// The compiler keeps its parsed templates from one build to the next, so that a build after a
// keystroke parses one file.
#include "compiler/lsp/checker.hh"

#include <chrono>

namespace weft::compiler::lsp {

Text OverlaySource::read(const std::string& path) {
    auto it = files_.find(path);
    return it == files_.end() ? disk_.read(path) : it->second;
}
bool OverlaySource::exists(const std::string& path) {
    return files_.count(path) || disk_.exists(path);
}

static Options build_options(std::vector<std::string> include_path, bool per_folder) {
    Options o;
    o.include_path = std::move(include_path);
    o.load_paths = per_folder;
    o.warnings = Warnings::off;
    o.keep_trees = false;
    o.print = [](std::string_view) {
    };  // standard output belongs to the protocol
    return o;
}

Checker::Checker(bool per_folder, std::function<void(Outcome)> done)
    : done_(std::move(done)), per_folder_(per_folder), thread_([this] { work(); }) {}

Checker::~Checker() {
    {
        std::lock_guard guard(lock_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool Checker::busy() const {
    std::lock_guard guard(lock_);
    return busy_;
}

bool Checker::start(Wanted wanted, std::map<std::string, Text> open_files) {
    {
        std::lock_guard guard(lock_);
        if (busy_)
            return false;
        busy_ = true;
        source_.put(std::move(open_files));
        wanted_ = std::move(wanted);
    }
    changed_.notify_all();
    return true;
}

void Checker::work() {
    for (;;) {
        {
            std::unique_lock guard(lock_);
            changed_.wait(guard, [&] { return stop_ || busy_; });
            if (stop_)
                return;
        }
        Outcome out;
        auto begin = std::chrono::steady_clock::now();
        try {
            if (builds_++ % 500 == 0)
                compilers_.clear();
            for (auto& [include_path, objects] : wanted_) {
                std::vector<std::string> names;
                for (auto& [name, file] : objects)
                    names.push_back(name);
                out.objects.insert(out.objects.end(), names.begin(), names.end());
                auto compiler = compilers_
                                    .try_emplace(include_path, source_,
                                                 build_options(include_path, per_folder_))
                                    .first;
                auto take = [&](const Result& r) {
                    for (const TemplateError& e : r.errors)
                        out.errors.emplace_back(r.name, e);
                    auto& used = out.used[r.name];
                    for (const Dependency* d : r.dependencies)
                        if (!d->path.empty())
                            used.push_back(d->path);
                    if (!r.file.empty())
                        used.push_back(r.file);
                };
                compiler->second.build(names, take, objects);
            }
        } catch (const Error&) {  // what stops a whole build is told by the program that makes it
        }
        out.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        {
            std::lock_guard guard(lock_);
            busy_ = false;
            if (stop_)
                return;
        }
        done_(std::move(out));
    }
}

}  // namespace weft::compiler::lsp
