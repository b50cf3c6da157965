// panc - compile Pan templates into node profiles                          page: man/panc.1
#include <fmt/core.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <mutex>
#include <set>

#include "base/program.hh"
#include "compiler/compile.hh"
#include "compiler/incremental.hh"
#include "compiler/output.hh"
using namespace weft;
using namespace weft::compiler;

static std::vector<std::string> include_path(const Args& args) {
    std::vector<std::string> out;
    for (std::string list : args.all("include-path")) {
        list += ':';
        for (size_t at = 0, colon; (colon = list.find(':', at)) != std::string::npos; at = colon + 1)
            if (colon > at) out.push_back(list.substr(at, colon - at));
    }
    if (out.empty()) out = {"."};
    for (std::string& d : out) {
        std::unique_ptr<char, void (*)(void*)> real(realpath(d.c_str(), nullptr), std::free);
        struct stat st;
        if (!real || stat(real.get(), &st) != 0 || !S_ISDIR(st.st_mode)) throw Error(exit_usage, fmt::format("the include path '{}' is no folder", d));
        d = real.get();
    }
    return out;
}

static Options options_of(const Args& args) {
    Options o;
    o.include_path = include_path(args);
    o.max_iteration = int(args.number("max-iteration", 10000, 1, INT32_MAX));
    o.max_recursion = int(args.number("max-recursion", 50, 1, INT32_MAX));
    o.jobs = int(args.number("nthread", args.number("jobs", 0, 0, 10000), 0, 10000));
    o.debug = args.has("debug");
    o.debug_include = args.get("debug-ns-include");
    o.debug_exclude = args.get("debug-ns-exclude");
    o.initial_data = args.get("initial-data");
    std::string warnings = args.get("warnings", "on"), dialect = args.get("dialect", "current");
    if (warnings == "off") o.warnings = Warnings::off;
    else if (warnings == "fatal") o.warnings = Warnings::fatal;
    else if (warnings != "on") throw Error(exit_usage, fmt::format("--warnings is off, on or fatal, not '{}'", warnings));
    if (dialect == "v8") o.dialect = Dialect::v8;
    else if (dialect == "2002") o.dialect = Dialect::d2002;
    else if (dialect != "current") throw Error(exit_usage, fmt::format("--dialect is current, v8 or 2002, not '{}'", dialect));
    o.keep_trees = false;
    return o;
}

/// Each distinct message once, by file and line; the same message from many objects is told with a count.
static int report(const std::vector<TemplateError>& errors, std::ostream& out, bool classic) {
    struct Entry { const TemplateError* error; size_t objects; };
    std::map<std::tuple<std::string, int, int, std::string>, Entry> distinct;
    for (const TemplateError& e : errors) {
        auto [it, added] = distinct.try_emplace({e.where.file, e.where.line, e.where.col, e.message}, Entry{&e, 0});
        it->second.objects++;
        // Told as the first object by name has it, whichever was built first.
        if (e.object < it->second.error->object) it->second.error = &e;
    }
    int status = exit_ok;
    for (auto& [key, entry] : distinct) {
        out << (classic ? entry.error->classic() : entry.error->text("panc"));
        if (entry.objects > 1 && !classic) out << fmt::format("  (the same in {} more object{})\n", entry.objects - 1, entry.objects > 2 ? "s" : "");
        if (status == exit_ok || entry.error->status == exit_data) status = entry.error->status;
    }
    return status;
}

static int body(const Args& args) {
    std::vector<const Format*> formats = parse_formats(args.get("formats", "pan,dep"));
    OutputOptions output{args.get("output-dir", "."), args.noaction()};
    struct stat st;
    if (stat(output.folder.c_str(), &st) != 0 || !S_ISDIR(st.st_mode)) throw Error(exit_usage, fmt::format("the output folder '{}' does not exist", output.folder));
    bool old = std::any_of(formats.begin(), formats.end(), [](auto* f) { return f->key == "edg"; });
    if (old && args.get("dialect") != "2002") throw Error(exit_usage, "the format 'edg' needs --dialect 2002");
    std::string shape = args.get("messages", "plain");
    if (shape != "plain" && shape != "classic") throw Error(exit_usage, fmt::format("--messages is plain or classic, not '{}'", shape));

    std::vector<std::string> files, objects;
    for (std::string f : args.rest()) {
        std::unique_ptr<char, void (*)(void*)> real(realpath(f.c_str(), nullptr), std::free);
        files.push_back(real ? real.get() : f);
    }
    Options options = options_of(args);
    std::optional<Incremental> incremental;
    if (args.has("check-deps") || args.has("why-rebuilt")) {
        incremental.emplace(options, formats, output, args.get("ignore-deps"));
        if (!incremental->warning().empty()) std::cerr << "panc: warning: " << incremental->warning() << ": everything is built\n";
        Incremental::Plan plan = incremental->plan(files);
        files = std::move(plan.files);
        objects = std::move(plan.objects);
    }
    DiskSource disk;
    Compiler compiler(disk, options);
    std::mutex lock;
    std::vector<TemplateError> errors;
    std::map<std::string, std::string> why;
    size_t written = 0, built = 0;
    auto done = [&](const Result& r) {
        std::optional<std::string> reason;
        if (incremental && !(reason = incremental->why(r.name)) && r.ok) return;   // only needed by another
        std::vector<Written> changed;
        try {
            if (r.ok) changed = write_result(r, formats, output);
            if (incremental) incremental->built(r, changed, disk);
        } catch (const Error& e) {
            TemplateError copy(ErrorClass::system, e.message, e.where, e.hint);
            std::lock_guard guard(lock);
            errors.push_back(copy);
            return;
        }
        std::lock_guard guard(lock);
        if (reason) why[r.name] = *reason;
        if (!r.ok) return;
        built++;
        auto differing = size_t(std::count_if(changed.begin(), changed.end(), [](auto& w) { return w.differs; }));
        written += differing;
        if (args.noaction() && differing) std::cout << "would write " << r.name << '\n';
    };
    Compiler::Files result = compiler.build_files(files, done, formats.empty(), objects);
    if (incremental) {
        incremental->given(files, result.given, disk);
        incremental->save();
    }
    if (args.has("why-rebuilt")) {
        std::string only = args.get("why-rebuilt");
        for (auto& [name, reason] : why)
            if (only.empty() || only == name) std::cout << name << ": " << reason << '\n';
        if (!only.empty() && !why.contains(only)) std::cout << only << ": up to date\n";
    }
    errors.insert(errors.end(), result.errors.begin(), result.errors.end());
    for (const Result& r : result.results) errors.insert(errors.end(), r.errors.begin(), r.errors.end());
    int status = report(errors, args.has("errors-to-stdout") ? std::cout : std::cerr, shape == "classic");
    if (args.verbose()) {
        auto s = compiler.statistics();
        std::cerr << fmt::format("{} templates\n{} objects built, {} without errors\n{} files written, {} errors\n", s.parsed, s.built, built, written, errors.size());
        if (incremental) std::cerr << fmt::format("{} objects up to date\n", incremental->up_to_date());
    }
    return status;
}

int main(int argc, char** argv) {
    // Each object takes and gives back about the same memory: keep it rather than ask the system every time.
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    return run({.name = "panc",
                .usage = "panc [-nv] [-I path] [-o dir] [-j n] [--formats list] [--dialect current|v8|2002] [option] file ...",
                .about = "Compile Pan templates into node profiles.",
                .options = {{'I', "include-path", "path", "folders with templates, separated by ':' (default: .)"},
                            {'o', "output-dir", "dir", "where profiles are written (default: .)"},
                            {'j', "jobs", "n", "threads; 0: one a core (default)"},
                            {'n', "noaction", nullptr, "compile, write nothing"},
                            {0, "formats", "list", "pan, json, text, dot, dep, origins, edg, null, none; .gz (default: pan,dep)"},
                            {0, "dialect", "level", "accept old syntax: current, v8, 2002"},
                            {0, "initial-data", "dict", "what every profile begins with"},
                            {0, "max-iteration", "n", "limit of a loop (default: 10000)"},
                            {0, "max-recursion", "n", "limit of nested includes and calls (default: 50)"},
                            {0, "warnings", "how", "off, on or fatal"},
                            {0, "debug", nullptr, "debug() and traceback() print"},
                            {0, "debug-ns-include", "regex", "... in templates with such names"},
                            {0, "debug-ns-exclude", "regex", "... but not in these"},
                            {0, "messages", "shape", "plain, or classic: as older compilers print them"},
                            {0, "check-deps", nullptr, "build only objects that are out of date"},
                            {0, "ignore-deps", "regex", "... which changes of such names never make them"},
                            {0, "why-rebuilt", "[=object]", "... and say why each was built"},
                            {0, "errors-to-stdout", nullptr, "messages on standard output"},
                            {0, "nthread", "n", "as --jobs"},
                            {0, "java-opts", "text", "ignored"},
                            {0, "logging", "list", "ignored"},
                            {0, "log-file", "file", "ignored"}},
                .body = body, .commands = {}},
               argc, argv);
}
