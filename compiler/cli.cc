// Options and their meaning.
#include "compiler/cli.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <regex>
#include <thread>

namespace weft::compiler {

const std::vector<Option> panc_options = {
    {'I', "include-path", "path",
     "folders with templates, separated by ':' (default: loadpath(5))"},
    {'o', "output-dir", "dir", "where profiles are written (default: .)"},
    {'j', "jobs", "n", "threads; 0: one a core (default)"},
    {'n', "noaction", nullptr, "compile, write nothing"},
    {0, "formats", "list",
     "pan, json, text, dot, dep, origins, xmldb, edg, null, none; .gz (default: pan,dep)"},
    {0, "dialect", "level", "accept old syntax: current, v8, 2002"},
    {0, "initial-data", "dict", "what every profile begins with"},
    {0, "max-iteration", "n", "limit of a loop (default: 10000)"},
    {0, "max-recursion", "n", "limit of nested includes and calls (default: 50)"},
    {0, "reuse", nullptr, "evaluate and write once what objects have in common (default)"},
    {0, "no-reuse", nullptr, "evaluate everything for each object"},
    {0, "warnings", "how", "off, on or fatal"},
    {0, "debug", nullptr, "debug() and traceback() print"},
    {0, "debug-ns-include", "regex", "... in templates with such names"},
    {0, "debug-ns-exclude", "regex", "... but not in these"},
    {0, "check-deps", nullptr, "build only objects that are out of date"},
    {0, "ignore-deps", "regex", "... which changes of such names never make them"},
    {0, "why-rebuilt", "[=object]", "... and say why each was built"},
    {0, "explain", "path", "say where the value at this path comes from; write nothing"},
    {0, "diff", "dir|file", "say what differs from an earlier output"},
    {0, "stats", nullptr, "figures about the run"},
    {0, "json", nullptr, "messages and answers as JSON, one object a line"},
    {0, "messages", "shape", "plain, json, or classic: messages of older compilers"},
    {0, "all-objects", nullptr, "a mistake of many objects is shown for each of them"},
    {0, "errors-to-stdout", nullptr, "messages on standard output"},
    {0, "batch-size", "n", "build so many files at a time"},
    {0, "nthread", "n", "as --jobs, but never more than there are cores"},
    {0, "logging", "list", "log task, include, call, memory, all or none"},
    {0, "log-file", "file", "... into this file (default: standard error)"},
    {0, "java-opts", "text", "ignored"},
    {'k', "noconf", nullptr, "do not read /etc/panc.conf and ~/.panc.conf"},
    // Of the compilers up to version 8, for scripts that still say them; the help is silent about
    // them.
    {0, "include", "dir", nullptr},
    {0, "include-dir", "dir", nullptr},
    {'O', "output", "dir", nullptr},
    {'d', "debug-all", nullptr, nullptr},
    {0, "debug-include", "regex", nullptr},
    {0, "debug-exclude", "regex", nullptr},
    {'x', "xml-format", "format", nullptr},
    {0, "xml-style", "format", nullptr},
    {'z', "gzip", nullptr, nullptr},
    {'c', "check", nullptr, nullptr},
    {'y', "dependencies", nullptr, nullptr},
    {0, "dependency", nullptr, nullptr},
    {'i', "iteration-limit", "n", nullptr},
    {'r', "recursion-limit", "n", nullptr},
    {'p', "deprecation", "n", nullptr},
    {0, "logfile", "file", nullptr},
    {'S', "session-dir", "dir", nullptr},
    {'M', "memory", "size", nullptr},
};

/// The first of these options that was given.
static std::string either(const Args& a, std::string_view name, std::string_view old,
                          std::string_view fallback = {}) {
    return a.has(name) ? a.get(name) : a.get(old, fallback);
}

static std::string real_path(const std::string& path) {
    std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
    return real ? real.get() : "";
}

/// From the root and without detours, but a link stays one: messages, dependencies and the names of
/// templates speak of the folders a site knows.
static std::string from_root(const std::string& path) {
    namespace fs = std::filesystem;
    fs::path whole;
    for (const fs::path& part : fs::absolute(path)) {
        std::error_code ec;
        bool back = part == ".." && whole.filename() != "..";
        if (back && !fs::is_symlink(whole, ec))
            whole = whole.parent_path();
        else if (!part.empty() && part != ".")
            whole /= part;
    }
    return whole.string();
}

static bool is_folder(const std::string& path) {
    struct stat st;
    return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

/// Empty: none was given.
static std::vector<std::string> include_path(const Args& args) {
    std::vector<std::string> out;
    for (const char* option : {"include-path", "include", "include-dir"})
        for (std::string list : args.all(option)) {
            list += ':';
            for (size_t at = 0, colon; (colon = list.find(':', at)) != std::string::npos;
                 at = colon + 1)
                if (colon > at)
                    out.push_back(list.substr(at, colon - at));
        }
    for (std::string& d : out) {
        if (!is_folder(d))
            throw Error(exit_usage, fmt::format("the include path '{}' is no folder", d));
        d = from_root(d);
    }
    return out;
}

static std::string regex_of(const Args& args, const char* name, const char* old) {
    std::string text = either(args, name, old);
    try {
        (void)std::regex(text);
    } catch (const std::regex_error&) {
        throw Error(exit_usage, fmt::format("--{} is no regular expression: '{}'", name, text));
    }
    return text;
}

static Options options_of(const Args& args) {
    Options o;
    o.include_path = include_path(args);
    if ((o.load_paths = o.include_path.empty()))
        o.include_path = {real_path(".")};
    o.max_iteration = int(args.number(
        args.has("max-iteration") ? "max-iteration" : "iteration-limit", 10000, 1, INT32_MAX));
    o.max_recursion = int(args.number(
        args.has("max-recursion") ? "max-recursion" : "recursion-limit", 50, 1, INT32_MAX));
    long cores = std::max(1u, std::thread::hardware_concurrency());
    o.jobs = int(args.has("nthread") ? std::min(args.number("nthread", 0, 0, INT32_MAX), cores)
                                     : args.number("jobs", 0, 0, 10000));
    o.reuse = !args.has("no-reuse");
    o.debug = args.has("debug") || args.has("debug-all");
    o.debug_include = regex_of(args, "debug-ns-include", "debug-include");
    o.debug_exclude = regex_of(args, "debug-ns-exclude", "debug-exclude");
    o.initial_data = args.get("initial-data");
    // Levels of old: 0 and 1 warn of nothing or little, from 2 on it is an error.
    std::string old = args.has("deprecation")
                          ? (args.number("deprecation", 0, -1, 1000) < 1 ? "off" : "on")
                          : "on";
    std::string warnings = args.get("warnings", old), dialect = args.get("dialect", "current");
    if (warnings == "off")
        o.warnings = Warnings::off;
    else if (warnings == "fatal")
        o.warnings = Warnings::fatal;
    else if (warnings != "on")
        throw Error(exit_usage, fmt::format("--warnings is off, on or fatal, not '{}'", warnings));
    if (dialect == "v8")
        o.dialect = Dialect::v8;
    else if (dialect == "2002")
        o.dialect = Dialect::d2002;
    else if (dialect != "current")
        throw Error(exit_usage, fmt::format("--dialect is current, v8 or 2002, not '{}'", dialect));
    o.keep_trees = false;
    return o;
}

static std::string format_list(const Args& args) {
    if (args.has("check"))
        return "none";
    if (args.has("formats"))
        return args.get("formats");
    bool dep = args.has("dependencies") || args.has("dependency"),
         style = args.has("xml-format") || args.has("xml-style");
    if (!style && !args.has("gzip") && !dep)
        return "pan,dep";
    std::string zip = args.has("gzip") ? ".gz" : "",
                xml = either(args, "xml-format", "xml-style", "pan");
    return xml + (xml == "pan" || xml == "xml" ? zip : "") + (dep ? ",dep" + zip : "");
}

Command read_command(const Args& args) {
    Command c;
    c.options = options_of(args);
    c.formats = parse_formats(format_list(args));
    c.output = {either(args, "output-dir", "output", "."), args.noaction() || args.has("explain")};
    if (!is_folder(c.output.folder))
        throw Error(exit_usage,
                    fmt::format("the output folder '{}' does not exist", c.output.folder));
    c.output.folder =
        real_path(c.output.folder);  // the store knows its files by it, from wherever panc is run
    bool old =
        std::any_of(c.formats.begin(), c.formats.end(), [](auto* f) { return f->key == "edg"; });
    if (old && c.options.dialect != Dialect::d2002)
        throw Error(exit_usage, "the format 'edg' needs --dialect 2002");
    std::string shape = args.get("messages", args.has("json") ? "json" : "plain");
    if (shape == "classic")
        c.shape = Shape::classic;
    else if (shape == "json")
        c.shape = Shape::json;
    else if (shape != "plain")
        throw Error(exit_usage,
                    fmt::format("--messages is plain, json or classic, not '{}'", shape));
    for (const std::string& f : args.rest())
        c.files.push_back(access(f.c_str(), F_OK) == 0 ? from_root(f) : f);
    c.explain = args.get("explain");
    if (args.has("explain")) {
        (void)Path::parse(c.explain);
        if (c.formats.empty())
            throw Error(exit_usage,
                        "with --formats none no value is made that --explain could explain");
    }
    c.why = args.has("why-rebuilt");
    c.incremental = (args.has("check-deps") || c.why) && !args.has("explain");
    c.ignore = args.get("ignore-deps");
    c.why_object = args.get("why-rebuilt");
    c.diff = args.get("diff");
    if (args.has("diff") && real_path(c.diff).empty())
        throw Error(exit_usage, fmt::format("--diff: there is no '{}'", c.diff));
    c.stats = args.has("stats");
    c.batch = size_t(args.number("batch-size", 0, 0, INT32_MAX));
    c.log_types = args.get("logging");
    c.log_file = either(args, "log-file", "logfile");
    return c;
}

}  // namespace weft::compiler
