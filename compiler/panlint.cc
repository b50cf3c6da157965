// panlint - check the style of Pan templates                          page: man/panlint.1
#include <fmt/core.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "base/noun/profile.hh"
#include "base/program.hh"
#include "compiler/text/utf16.hh"
#include "compiler/tools/lint.hh"
#include "compiler/tools/lint_code.hh"

using namespace weft;
using namespace weft::compiler;
namespace fs = std::filesystem;
static constexpr size_t largest = size_t(64) << 20;

static LintSeverity severity(const Args& args, const char* option, LintSeverity otherwise) {
    if (!args.has(option))
        return otherwise;
    std::string name = args.get(option);
    for (char& c : name)
        c = char(c >= 'A' && c <= 'Z' ? c + 32 : c);
    for (LintSeverity s : {LintSeverity::advice, LintSeverity::warning, LintSeverity::error})
        if (name == lint_severity_name(s))
            return s;
    throw Error(exit_usage, fmt::format("--{} needs advice, warning or error, not '{}'", option,
                                        args.get(option)));
}

/// Files as they are; of folders all templates below; anything else is a pattern.
static std::vector<std::string> files(const std::vector<std::string>& words) {
    std::vector<std::string> out;
    for (const std::string& w : words) {
        if (fs::is_directory(w)) {
            std::vector<std::string> below;
            for (const auto& e : fs::recursive_directory_iterator(w))
                if (e.is_regular_file() &&
                    (e.path().extension() == ".pan" || e.path().extension() == ".tpl"))
                    below.push_back(e.path().string());
            std::sort(below.begin(), below.end());
            out.insert(out.end(), below.begin(), below.end());
        } else if (fs::exists(w)) {
            out.push_back(w);
        } else {
            glob_t found{};
            if (glob(w.c_str(), 0, nullptr, &found)) {
                globfree(&found);
                throw Error(exit_io, fmt::format("there is no file '{}'", w));
            }
            out.insert(out.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
            globfree(&found);
        }
    }
    return out;
}

/// Marks below everything that was found in one line.
static std::string marks(std::string_view line, std::span<const LintFinding> found) {
    std::string s;
    for (const LintFinding& f : found) {
        size_t from = utf16_length(line.substr(0, std::min(f.from, line.size())));
        size_t to = std::max(from + 1, utf16_length(line.substr(0, std::min(f.to, line.size()))));
        if (s.size() < to)
            s.resize(to, ' ');
        std::fill(s.begin() + long(from), s.begin() + long(to), '^');
    }
    return s;
}

static void print(const Args& args, const std::string& path, std::string_view text,
                  std::span<const LintFinding> found) {
    for (size_t i = 0; i < found.size();) {
        size_t end = i;
        for (; end < found.size() && found[end].line == found[i].line; end++) {
            const LintFinding& f = found[end];
            std::string what =
                fmt::format("{}: {}: {}", lint_severity_name(f.severity), f.id, f.message);
            if (args.has("table"))
                fmt::print("{:<40} {:>5}  {:<7}  {}  {}\n", path, f.line,
                           lint_severity_name(f.severity), f.id, f.message);
            else if (args.has("vi"))
                fmt::print("{} +{} #{}\n", path, f.line, what);
            else
                fmt::print("{}:{}: {}\n", path, f.line, what);
        }
        if (!args.has("table") && !args.has("debug") && !args.has("ide")) {
            std::string line(line_of(text, found[i].line));
            std::string below = marks(line, found.subspan(i, end - i));
            std::replace(line.begin(), line.end(), '\t', ' ');
            fmt::print("{}\n{}\n", line, below);
        }
        i = end;
    }
}

static Element as_json(const std::string& path, std::string_view text, const LintFinding& f) {
    std::string_view line = line_of(text, f.line);
    auto column = [&](size_t byte) {
        return Element::of_long(
            int64_t(utf16_length(line.substr(0, std::min(byte, line.size()))) + 1));
    };
    Element e = Element::new_dict();
    Dict& d = e.dict_ref();
    d.at(Key("file")) = Element::of_string(path);
    d.at(Key("line")) = Element::of_long(f.line);
    d.at(Key("column")) = column(f.from);
    d.at(Key("end_column")) = column(f.to);
    d.at(Key("rule")) = Element::of_string(f.id);
    d.at(Key("severity")) = Element::of_string(lint_severity_name(f.severity));
    d.at(Key("message")) = Element::of_string(f.message);
    d.at(Key("fixable")) = Element::of_boolean(bool(f.edit));
    return e;
}

static int body(const Args& args) {
    if (args.has("rules")) {
        for (const LintRuleName& r : lint_rules())
            fmt::print("{}  {:<7}  {:<3}  {}\n", r.id, lint_severity_name(r.severity),
                       r.fixable ? "fix" : "", r.finds);
        return exit_ok;
    }
    if (args.rest().empty())
        throw Error(exit_usage, "which templates?", {}, "'panlint -h' shows how to call it");
    LintOptions options{.placeholder_first = args.has("allow_mvn_templates"),
                        .standalone_features = args.has("features_standalone")};
    for (const std::string& names : args.all("ignore-components"))
        for (size_t at = 0; at <= names.size();) {
            size_t end = std::min(names.find(',', at), names.size());
            if (end > at)
                options.ignored_components.insert(names.substr(at, end - at));
            at = end + 1;
        }
    LintTree tree;
    for (const std::string& path : files(args.all("tree")))
        tree.add(read_file(path, largest), path);
    if (args.has("tree"))
        options.tree = &tree;
    Element json = Element::new_list();
    LintSeverity shown = severity(args, "suppress", LintSeverity::advice),
                 fatal = severity(args, "threshold", LintSeverity::advice);
    std::map<std::string_view, int> counts;
    bool bad = false;
    for (const std::string& path : files(args.rest())) {
        std::string text = read_file(path, largest);
        if (args.has("fix")) {
            std::string fixed = lint_fixed(text, path, options);
            if (fixed != text && args.noaction())
                fmt::print("{}", text_diff(text, fixed, path));
            else if (fixed != text)
                write_file(path, fixed);
            if (!args.noaction())
                text = std::move(fixed);
        }
        std::vector<LintFinding> found = lint(text, path, options);
        for (const LintFinding& f : found)
            bad = bad || f.severity >= fatal;
        std::erase_if(found, [&](const LintFinding& f) { return f.severity < shown; });
        for (const LintFinding& f : found)
            counts[f.id]++;
        if (args.has("json"))
            for (const LintFinding& f : found)
                json.list_ref().push_back(as_json(path, text, f));
        else
            print(args, path, text, found);
    }
    if (args.has("json")) {
        std::string out;
        write_json(json, out, {.plain = true});
        fmt::print("{}", out);
        return bad && !args.has("always_exit_success") ? exit_no : exit_ok;
    }
    if (args.has("summary"))
        for (const LintRuleName& r : lint_rules())
            if (int n = counts[r.id])
                fmt::print("{:>6}  {}  {}\n", n, r.id, r.finds);
    return bad && !args.has("always_exit_success") ? exit_no : exit_ok;
}

int main(int argc, char** argv) {
    return run(
        {.name = "panlint",
         .usage = "panlint [-nv] [--fix] [--tree dir] [--json] [--vi] [--table] [--ide] [--debug] "
                  "[--summary] [--suppress severity]\n"
                  "[--threshold severity] [--ignore-components names] [--allow_mvn_templates] "
                  "[--features_standalone]\n"
                  "[--always_exit_success] file ...\n"
                  "panlint --rules",
         .about = "check the style of Pan templates",
         .options = {{0, "fix", nullptr, "put right what can be put right safely"},
                     {'n', "noaction", nullptr, "with --fix: show the changes, write nothing"},
                     {0, "tree", "DIR",
                      "all templates that could use what the files define (UN002, UN003)"},
                     {0, "json", nullptr, "the findings as a JSON list"},
                     {0, "vi", nullptr, "locations as arguments of vi"},
                     {0, "table", nullptr, "one finding a line, in columns"},
                     {0, "ide", nullptr, "one finding a line, without the source"},
                     {0, "debug", nullptr, "the same as --ide"},
                     {0, "summary", nullptr, "end with the number of findings of each rule"},
                     {0, "suppress", "SEVERITY",
                      "do not show what is below advice, warning or error"},
                     {0, "threshold", "SEVERITY", "fail only from advice, warning or error on"},
                     {0, "ignore-components", "A,B", "components that need no include (CU001)"},
                     {0, "allow_mvn_templates", nullptr, "the first line may be ${...}"},
                     {0, "features_standalone", nullptr,
                      "a feature may only include its own templates"},
                     {0, "always_exit_success", nullptr, "exit with 0 whatever was found"},
                     {0, "rules", nullptr, "list the rules"}},
         .body = body},
        argc, argv);
}
