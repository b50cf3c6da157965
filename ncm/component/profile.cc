// profile: environment variables and search paths of every login, as scripts for sh and csh.
#include <fmt/core.h>

#include <map>
#include <optional>
#include <set>

#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

/// Other variables may be used in a value; nothing else in it means anything to a shell.
static std::string set(const std::string& name, const std::string& value, bool csh) {
    return csh ? fmt::format("setenv {} {}\n", name, csh_text(value))
               : fmt::format("export {}={}\n", name, sh_text(value));
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
        variable_name(name);
        out += set(name, value.line(), csh);
    }
    for (const auto& [name, p] : s["path"].members()) {
        variable_name(name);
        out += search_path(name, p, csh);
    }
    return out;
}

/// All scripts of a configuration, with their contents; nothing for one that has a fault, which is
/// an error: the file stays as it is.
static std::map<std::string, std::optional<std::string>> scripts(Run& run, View c) {
    std::map<std::string, std::optional<std::string>> out;
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
            auto& text = out[base + (suffix ? "." + f : "")];
            try {
                text = script(run, s, f == "csh");
            } catch (const Error& e) {
                run.error(fmt::format("script '{}' for {}: {}", name, f, e.message));
            }
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
        if (text)
            run.file(
                path, *text,
                {.mode = 0755, .owner = "root", .group = "root", .backup = run.original(path)});
    if (run.errors())
        return;  // what the scripts before were named may be part of the fault
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
