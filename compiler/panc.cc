// panc - compile Pan templates into node profiles                          page: man/panc.1
#include <fmt/core.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>

#include "compiler/build/buildlog.hh"
#include "compiler/build/compare.hh"
#include "compiler/build/explain.hh"
#include "compiler/cli.hh"
#include "compiler/conf.hh"
#include "compiler/reuse/incremental.hh"
using namespace weft;
using namespace weft::compiler;

namespace {

/// Whatever is wrong: as of the classic compiler, whose callers ask for nothing more.
constexpr int exit_failed = 1;

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// How far the build is, on a terminal only.
class Progress {
public:
    explicit Progress(size_t all) : all_(all), on_(all > 1 && isatty(STDERR_FILENO)) {}
    ~Progress() { clear(); }
    void step(const std::string& object) {
        done_++;
        if (!on_ || since(last_) < 0.1)
            return;
        last_ = Clock::now();
        fmt::print(stderr, "\r{} of {}: {}\x1b[K", done_, std::max(all_, done_), object);
        shown_ = true;
    }
    void clear() {
        if (std::exchange(shown_, false))
            fmt::print(stderr, "\r\x1b[K");
    }

private:
    size_t all_, done_ = 0;
    bool on_, shown_ = false;
    Clock::time_point last_ = Clock::now();
};

/// One run: what it is asked, what it has done so far.
struct Run {
    const Command& command;
    std::optional<Incremental> incremental;
    std::optional<Explain> explain;
    std::optional<BuildLog> log;
    DiskSource disk;
    std::optional<Compiler> compiler;
    std::mutex lock;  // on what follows
    Progress& progress;
    std::vector<TemplateError> errors;
    std::map<std::string, std::string> why,
        told;                             // by object: why built; what --explain and --diff say
    std::map<std::string, size_t> files;  // written, by format
    std::set<std::string> load_path_told;
    size_t objects = 0, good = 0, changed = 0, parsed = 0, reused = 0;
    double parse = 0, execute = 0, defaults = 0, validate = 0, write = 0, check = 0;
    Clock::time_point start = Clock::now();

    void print(std::string_view text);
    void take(const Result&);
    void finish(const Result&);
    void build(std::vector<std::string> files, const std::vector<std::string>& objects);
    int run();
    void print_why() const;
    void print_statistics() const;
};

void Run::print(std::string_view text) {
    std::lock_guard guard(lock);
    progress.clear();
    std::string lines = command.shape == Shape::json ? json_note(text) : std::string(text);
    std::fwrite(lines.data(), 1, lines.size(), stderr);
}

/// An object is complete: on a building thread.
void Run::take(const Result& r) {
    try {
        finish(r);
    } catch (const Error& e) {
        TemplateError copy(ErrorClass::system, e.message, e.where, e.hint);
        copy.object = r.name;
        std::lock_guard guard(lock);
        errors.push_back(copy);
    }
}

void Run::finish(const Result& r) {
    std::optional<std::string> reason;
    if (incremental && !(reason = incremental->why(r.name)) && r.ok)
        return;  // only needed by another
    std::string story;
    bool json = command.shape == Shape::json;
    if (explain)
        story = json ? explain->json(r) : explain->text(r);
    if (!command.diff.empty() && r.ok) {
        auto before = earlier_output(command.diff, r.name);
        story += json ? json_differences(before, r) : differences(before, r);
    }
    std::vector<Written> written;
    auto begin = Clock::now();
    if (r.ok && !explain) {
        if (log)
            log->phase(Watch::write, r.name, true);
        written = write_result(r, command.formats, command.output);
        if (log)
            log->phase(Watch::write, r.name, false);
    }
    if (incremental)
        incremental->built(r, written, disk);
    double took = since(begin);
    std::lock_guard guard(lock);
    objects++;
    write += took;
    if (reason)
        why[r.name] = *reason;
    if (!story.empty())
        told[r.name] = std::move(story);
    progress.step(r.name);
    if (!r.ok)
        return;
    good++;
    size_t differing = 0;
    for (const Written& w : written) {
        files[w.format]++;
        differing += w.differs;
    }
    changed += differing;
    if (command.output.noaction && differing && command.diff.empty() && !json) {
        progress.clear();
        std::cout << "would write " << r.name << '\n';
    }
}

void Run::build(std::vector<std::string> paths, const std::vector<std::string>& names) {
    Compiler::Files result = compiler->build_files(
        paths, [&](const Result& r) { take(r); }, command.formats.empty(), names);
    if (incremental)
        incremental->given(paths, result.given, disk);
    if (command.options.warnings != Warnings::off)
        for (const std::string& w : compiler->load_path_warnings())
            if (load_path_told.insert(w).second)
                print(w + '\n');
    errors.insert(errors.end(), result.errors.begin(), result.errors.end());
    for (const Result& r : result.results)
        errors.insert(errors.end(), r.errors.begin(), r.errors.end());
    Compiler::Statistics s = compiler->statistics();
    parsed += s.parsed;
    reused += s.reused;
    parse += s.parse;
    execute += s.execute;
    defaults += s.defaults;
    validate += s.validate;
}

void Run::print_why() const {
    for (auto& [name, reason] : why) {
        if (!command.why_object.empty() && command.why_object != name)
            continue;
        if (command.shape != Shape::json) {
            std::cout << name << ": " << reason << '\n';
            continue;
        }
        Element d = Element::new_dict();
        d.dict_ref().at(Key("object")) = Element::of_string(name);
        d.dict_ref().at(Key("rebuilt")) = Element::of_string(reason);
        std::cout << json_line(d);
    }
    if (!command.why_object.empty() && !why.contains(command.why_object))
        std::cout << command.why_object << ": up to date\n";
}

void Run::print_statistics() const {
    struct rusage used {};
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
        return double(t.tv_sec) + double(t.tv_usec) / 1e6;
    };
    double cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
    size_t fresh = incremental ? incremental->up_to_date() : 0, all = 0;
    for (auto& [format, n] : files)
        all += n;
    if (command.shape == Shape::json) {
        Element d = Element::new_dict();
        auto count = [&](const char* key, size_t n) {
            d.dict_ref().at(Key(key)) = Element::of_long(int64_t(n));
        };
        auto time = [&](const char* key, double s) {
            d.dict_ref().at(Key(key)) = Element::of_double(s);
        };
        count("objects", objects);
        count("objects_failed", objects - good);
        count("objects_up_to_date", fresh);
        count("templates_parsed", parsed);
        count("templates_reused", reused);
        count("files_written", all);
        count("files_changed", changed);
        time("check_seconds", check);
        time("parse_seconds", parse);
        time("execute_seconds", execute);
        time("defaults_seconds", defaults);
        time("validate_seconds", validate);
        time("write_seconds", write);
        time("elapsed_seconds", since(start));
        time("cpu_seconds", cpu);
        count("memory_bytes", size_t(used.ru_maxrss) * 1024);
        std::cerr << json_line(d);
        return;
    }
    std::cerr << fmt::format("objects    {} built, {} of them failed; {} up to date\n", objects,
                             objects - good, fresh)
              << fmt::format("templates  {} parsed, {} used again\n", parsed, reused)
              << fmt::format("files      {} written, {} of them differ from before\n", all, changed)
              << fmt::format(
                     "seconds    check {:.3f}, parse {:.3f}, execute {:.3f}, defaults {:.3f}, "
                     "validate {:.3f}, write {:.3f}\n",
                     check, parse, execute, defaults, validate, write)
              << fmt::format("           {:.3f} in all, {:.3f} of processors\n", since(start), cpu)
              << fmt::format("memory     {} MB\n", used.ru_maxrss / 1024);
}

int Run::run() {
    std::vector<std::string> paths = command.files, names;
    if (command.incremental) {
        incremental.emplace(command.options, command.formats, command.output, command.ignore);
        if (!incremental->warning().empty())
            std::cerr << "panc: warning: " << incremental->warning() << ": everything is built\n";
        Incremental::Plan plan = incremental->plan(paths);
        paths = std::move(plan.files);
        names = std::move(plan.objects);
        check = since(start);
    }
    Options options = command.options;
    if (!command.explain.empty())
        options.watches.push_back(&explain.emplace(Path::parse(command.explain)));
    log.emplace(command.log_types, command.log_file);
    if (log->wanted())
        options.watches.push_back(&*log);
    else
        log.reset();
    options.print = [&](std::string_view text) {
        print(text);
    };
    compiler.emplace(disk, options);
    if (!paths.empty() || !names.empty()) {
        size_t step = command.batch ? command.batch : paths.size() + names.size();
        for (size_t at = 0; at < paths.size() + names.size(); at += step) {
            auto slice = [&](const std::vector<std::string>& all, size_t first) {
                size_t from = std::min(std::max(at, first) - first, all.size()),
                       to = std::min(at + step > first ? at + step - first : 0, all.size());
                return std::vector<std::string>(all.begin() + long(from),
                                                all.begin() + long(std::max(from, to)));
            };
            build(slice(paths, 0), slice(names, paths.size()));
        }
    }
    if (incremental)
        incremental->save();
    progress.clear();
    for (auto& [name, text] : told)
        std::cout << text;
    if (command.why)
        print_why();
    std::cout.flush();
    return exit_ok;
}

/// A wrong command line, or line of panc.conf, in the words scripts look for.
int wrong_options(const Error& e) {
    std::cerr << e.text({}, "OPTIONS ERROR");
    return exit_failed;
}

/// `given` is what the words say; the files of panc.conf say what they leave open.
int body(const Program& panc, const std::vector<std::string>& words, const Args& given) {
    Command command;
    Args args = given;
    try {
        std::vector<std::string> all = conf_words(given);
        all.insert(all.end(), words.begin(), words.end());
        args = parse_args(panc, all);
        command = read_command(args);
    } catch (const Error& e) {
        return wrong_options(e);
    }
    // One thread needs no memory of its own, and that of threads grows a page at a time.
    if (command.options.jobs == 1)
        mallopt(M_ARENA_MAX, 1);
    Progress progress(command.files.size());
    // Kept until the process ends: that gives back in one step what would take longer one by one. A
    // leak checker sees it here.
    [[gnu::used]] static Run* kept;
    kept = new Run{.command = command, .progress = progress};
    Run& run = *kept;
    run.run();
    report(run.errors, args.has("errors-to-stdout") ? std::cout : std::cerr, command.shape,
           args.has("all-objects"));
    if (command.stats)
        run.print_statistics();
    if (args.verbose()) {
        struct rusage used {};
        getrusage(RUSAGE_SELF, &used);
        auto count = [&](const char* a, const char* b) {
            size_t n = 0;
            for (auto& [format, files] : run.files)
                n += format.starts_with(a) || format.starts_with(b) ? files : 0;
            return n;
        };
        size_t xml = count("pan", "xml"), dep = count("dep", "dep");
        std::cerr << fmt::format("{} templates\n", run.parsed)
                  << fmt::format("{}/{} compiled, 0/0 annotations, {}/{} xml, {}/{} dependencies\n",
                                 run.good, run.objects, xml, xml, dep, dep)
                  << fmt::format("{} errors, {:.3f} s, {} MB\n", run.errors.size(),
                                 since(run.start), used.ru_maxrss / 1024);
        if (run.incremental)
            std::cerr << fmt::format("{} objects up to date\n", run.incremental->up_to_date());
    }
    return run.errors.empty() ? exit_ok : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
    // Each object takes and gives back about the same memory: keep it rather than ask the system
    // every time.
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 4 << 20);
    Program panc{.name = "panc",
                 .usage =
                     "panc [-nv] [-I path] [-o dir] [-j n] [--formats list] [--dialect "
                     "current|v8|2002] [option] file ...",
                 .about = "Compile Pan templates into node profiles.",
                 .options = panc_options,
                 .body = {},
                 .commands = {}};
    // Words of the site before those of the command line: a wrapper that knows only older compilers
    // need not change.
    std::vector<std::string> words;
    if (const char* more = std::getenv("PANC_OPTIONS")) {
        std::string_view rest = more;
        while (!rest.empty()) {
            size_t end = std::min(rest.find(' '), rest.size());
            if (end)
                words.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    words.insert(words.end(), argv + 1, argv + argc);
    panc.body = [&](const Args& args) {
        return body(panc, words, args);
    };
    // As the classic compiler says it; -V says it as the suite does.
    if (std::find(words.begin(), words.end(), "--version") != words.end()) {
        std::cout << "pan compiler version: " << (*WEFT_VERSION ? WEFT_VERSION : "unreleased")
                  << '\n';
        return exit_ok;
    }
    if (!std::getenv("WEFT_COMPLETE"))  // an unfinished line is no mistake
        try {
            (void)parse_args(panc, words);
        } catch (const Error& e) {
            return wrong_options(e);
        }
    std::vector<char*> all{argv[0]};
    for (std::string& w : words)
        all.push_back(w.data());
    return run(panc, int(all.size()), all.data()) == exit_ok ? exit_ok : exit_failed;
}
