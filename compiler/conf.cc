// Lines of NAME=VALUE as the shell reads them; NAME is an option's word in capitals, with _ for -.
#include "compiler/conf.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/file.hh"
#include "compiler/cli.hh"

namespace weft::compiler {

namespace {

/// Names of one option: the first is what it is called now. Version 8 read some that nothing is
/// left to do for.
const std::vector<std::vector<std::string>> synonyms = {
    {"include-path", "include", "include-dir"},
    {"output-dir", "output"},
    {"formats", "xml-format", "xml-style", "gzip", "dependencies", "dependency", "check"},
    {"jobs", "nthread"},
    {"max-iteration", "iteration-limit"},
    {"max-recursion", "recursion-limit"},
    {"warnings", "deprecation"},
    {"debug", "debug-all"},
    {"debug-ns-include", "debug-include"},
    {"debug-ns-exclude", "debug-exclude"},
    {"log-file", "logfile"},
    {"messages", "json"},
};
const std::vector<std::string> without_effect = {"memory",      "javaopts",    "java-opts",
                                                 "session-dir", "object-load", "object-write"};

const Option* option_called(const std::string& name) {
    for (const Option& o : panc_options)
        if (name == o.name)
            return &o;
    static const Option verbose = {'v', "verbose", nullptr, ""};
    return name == "verbose" ? &verbose : nullptr;
}

/// The name and all others of the same option.
std::vector<std::string> names_of(const std::string& name) {
    for (const auto& group : synonyms)
        if (std::find(group.begin(), group.end(), name) != group.end())
            return group;
    return {name};
}

std::string_view trim(std::string_view s) {
    size_t from = std::min(s.find_first_not_of(" \t\r"), s.size());
    return s.substr(from, s.find_last_not_of(" \t\r") + 1 - from);
}

struct Reader {
    const Args& given;
    std::string file, home;
    int line = 0;
    std::vector<std::string> words;
    std::set<std::string> decided, named;  // by files read before this one, by this one

    [[noreturn]] void fail(const std::string& what, std::string hint = {}) {
        throw Error(exit_config, what, Where{file, line, 1, line, 1}, std::move(hint));
    }

    /// What the shell would make of the text behind NAME=.
    std::string value(std::string_view text) {
        std::string out;
        char quote = 0;
        for (size_t i = 0; i < text.size(); i++) {
            char c = text[i];
            if (quote ? c == quote : c == '\'' || c == '"')
                quote = quote ? 0 : c;
            else if (!quote && (c == ' ' || c == '\t'))
                break;
            else if (quote != '\'' && (c == '$' || c == '`' || c == '\\' ||
                                       (!quote && (c == ';' || c == '&' || c == '|'))))
                fail(fmt::format("'{}' is not read as a shell does", c),
                     "write the value itself, in single quotes");
            else if (c == '~' && i == 0 && !quote && (text.size() == 1 || text[1] == '/'))
                out += home;
            else
                out += c;
        }
        if (quote)
            fail(fmt::format("the quote {} is not closed", quote));
        return out;
    }

    void take(std::string name, const std::string& value) {
        std::string as_written = name;
        for (char& c : name)
            c = c == '_' ? '-' : char(std::tolower(static_cast<unsigned char>(c)));
        if (std::find(without_effect.begin(), without_effect.end(), name) != without_effect.end())
            return;
        bool on = value == "1" || value == "yes" || value == "true",
             off = value.empty() || value == "0" || value == "no" || value == "false";
        if (name == "xml-write") {  // of version 8
            if (off)
                words.push_back("--noaction");
            return;
        }
        const Option* o = option_called(name);
        if (!o || name == "noconf") {
            std::vector<std::string> names;
            for (const Option& known : panc_options)
                if (known.help)
                    names.push_back(known.name);
            std::vector<std::string_view> views(names.begin(), names.end());
            std::string near(nearest(name, views));
            for (char& c : near)
                c = c == '-' ? '_' : char(std::toupper(static_cast<unsigned char>(c)));
            fail(fmt::format("there is no option '{}'", as_written),
                 near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
        if (!o->arg && !on && !off)
            fail(fmt::format("{} is 1 or 0, not '{}'", as_written, value));
        std::vector<std::string> all = names_of(name);
        named.insert(all.begin(), all.end());
        if ((!o->arg && off) || std::any_of(all.begin(), all.end(), [&](auto& n) {
                return given.has(n) || decided.contains(n);
            }))
            return;
        words.push_back("--" + name + (o->arg ? "=" + value : ""));
    }

    void read(const std::string& path) {
        file = path;
        line = 0;
        std::string text = read_file(path);
        for (std::string_view rest = text; !rest.empty();) {
            size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view at = trim(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            line++;
            if (at.empty() || at[0] == '#')
                continue;
            if (at.starts_with("export "))
                at = trim(at.substr(7));
            size_t eq =
                at.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");
            if (eq == 0 || eq == std::string_view::npos || at[eq] != '=')
                fail("a line is NAME=VALUE, without blanks around the '='");
            take(std::string(at.substr(0, eq)), value(at.substr(eq + 1)));
        }
        decided.merge(named);
    }
};

}  // namespace

std::vector<std::string> conf_words(const Args& given) {
    const char* home = std::getenv("HOME");
    Reader reader{given, {}, home ? home : ""};
    if (given.has("noconf"))
        return {};
    for (const std::string& path :
         {home ? reader.home + "/.panc.conf" : "", given.rooted("/etc/panc.conf")})
        if (std::error_code none; std::filesystem::exists(path, none))
            reader.read(path);  // a home nobody may look into has none
    return reader.words;
}

}  // namespace weft::compiler
