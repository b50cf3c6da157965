// profile: environment variables and search paths of every login, as scripts for sh and csh.
#include <fmt/core.h>

#include <map>
#include <set>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static void good_variable(const std::string& name) {
    bool good = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
    for (unsigned char c : name)
        good = good && (std::isalnum(c) || c == '_');
    if (!good)
        throw Error(exit_data, "'" + name + "' is no name of a variable");
}

/// Between double quotes: other variables may be used in a value, the quotes cannot be left.
static std::string quoted(const std::string& value, bool csh) {
    std::string out;
    for (char c : value)
        out += c == '"'           ? (csh ? "\"\\\"\"" : "\\\"")
               : c == '`' && !csh ? "\\`"
                                  : std::string(1, c);
    return "\"" + out + "\"";
}

static std::string set(const std::string& name, const std::string& value, bool csh) {
    return csh ? fmt::format("setenv {} {}\n", name, quoted(value, csh))
               : fmt::format("export {}={}\n", name, quoted(value, csh));
}

/// One search path: a new value, then what comes before it and after it; each word once.
static std::string search_path(const std::string& name, View p, bool csh) {
    std::set<std::string> seen;
    auto words = [&](const char* part) {
        std::vector<std::string> out;
        for (View v : p[part].items())
            if (std::string w = v.line(); seen.insert(w).second)
                out.push_back(w);
        return join(out, ":");
    };
    std::string first = words("prepend"), value = words("value"), last = words("append"), out;
    if (p["value"])
        out += set(name, value, csh);
    auto extend = [&](const std::string& with_old, const std::string& alone) {
        if (csh)
            out += fmt::format("if ($?{}) then\n    {}else\n    {}endif\n", name,
                               set(name, with_old, csh), set(name, alone, csh));
        else
            out += fmt::format("if [ -n \"${{{}:-}}\" ]; then\n    {}else\n    {}fi\n", name,
                               set(name, with_old, csh), set(name, alone, csh));
    };
    std::string old = "${" + name + "}";
    if (!first.empty())
        extend(first + ":" + old, first);
    if (!last.empty())
        extend(old + ":" + last, last);
    return out;
}

static std::string script(Run& run, View s, bool csh) {
    std::string out = run.header();
    for (const auto& [name, value] : s["env"].members()) {
        good_variable(name);
        out += set(name, value.line(), csh);
    }
    for (const auto& [name, p] : s["path"].members()) {
        good_variable(name);
        out += search_path(name, p, csh);
    }
    return out;
}

/// All scripts of a configuration, with their contents.
static std::map<std::string, std::string> scripts(Run& run, View c) {
    std::map<std::string, std::string> out;
    std::string folder = c["configDir"].line("/etc/profile.d");
    auto add = [&](const std::string& name, View s) {
        std::string base = name.starts_with('/') ? name : folder + "/" + name;
        auto flavors = s["flavors"].texts();
        if (flavors.empty())
            flavors = {"sh", "csh"};
        bool suffix = s["flavorSuffix"].flag(true);
        if (!suffix && flavors.size() > 1)
            throw Error(exit_data,
                        "script '" + name + "': without a suffix it can have one flavor only");
        for (const std::string& f : flavors) {
            if (f != "sh" && f != "csh")
                throw Error(exit_data, "script '" + name + "': there is no flavor '" + f + "'");
            out[base + (suffix ? "." + f : "")] = script(run, s, f == "csh");
        }
    };
    for (const auto& [name, s] : c["scripts"].unescaped())
        add(name, s);
    if (c["env"] || c["path"])
        add(c["configName"].line("env"), c);
    return out;
}

static void configure_profile(Run& run) {
    auto wanted = scripts(run, run.config());
    for (const auto& [path, text] : wanted)
        run.file(path, text,
                 {.mode = 0755, .owner = "root", .group = "root", .backup = run.original(path)});
    for (const auto& [path, text] : scripts(run, View(run.previous())))
        if (!wanted.count(path) && run.read(path).value_or("").starts_with(run.header()))
            run.remove(path);
}

static void unconfigure_profile(Run& run) {
    for (const auto& [path, text] : scripts(run, run.config()))
        run.give_back(path, ".old");
}

extern const Component profile_component{
    .name = "profile",
    .about = "environment variables and search paths of every login: scripts in /etc/profile.d",
    .configure = configure_profile,
    .unconfigure = unconfigure_profile};

}  // namespace weft::ncm
