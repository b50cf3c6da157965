// pam: the stacks of services in /etc/pam.d, and lists of who may log in from where.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

static constexpr const char* steps[] = {"account", "auth", "password", "session"};

static FileSpec spec(Run& run, const std::string& path, View mode, const char* otherwise) {
    return {.mode = parse_mode(mode.text(otherwise)),
            .owner = "root",
            .group = "root",
            .backup = run.original(path, ".OLD")};
}

/// The users of a list that pam_listfile reads.
static void list_file(Run& run, View acl) {
    std::string text, path = acl["filename"].line();
    for (View i : acl["items"].items())
        text += i.line() + "\n";
    run.file(path, text,
             {.mode = parse_mode(acl["mode"].text("0444")), .owner = "root", .group = "root"});
}

static std::string line(Run& run, const char* step, View m) {
    std::string module = m["module"].line(), control = m["control"].line();
    if (module == "include" || module == "substack")
        return fmt::format("{:<11} {} {}\n", step, module, m["options"]["service"].line());
    std::string path = run.config()["modules"][module]["path"].line(
        module.ends_with(".so") ? module : "pam_" + module + ".so");
    if (control.empty())
        throw Error(exit_data, fmt::format("{} '{}' has no control", step, module));
    if (control.find('=') != std::string::npos && control[0] != '[')
        control = "[" + control + "]";
    std::string out = fmt::format("{:<11} {:<13} {}", step, control, path);
    for (const auto& [name, value] : m["options"].members()) {
        if (value.element()->is(Kind::boolean))
            out += value.flag() ? " " + name : "";
        else if (std::string v = value.line(); v.find(' ') == std::string::npos)
            out += fmt::format(" {}={}", name, v);
        else
            out += fmt::format(" [{}={}]", name, v);
    }
    for (View o : m["options_list"].items())
        out += " " + o.line();
    return out + "\n";
}

/// An empty stack lets nobody in, or everybody: it is never meant.
static std::string service_file(Run& run, View s) {
    std::string out = "#%PAM-1.0\n" + run.header();
    bool any = false;
    for (const char* step : steps)
        for (View m : s[step].items()) {
            out += line(run, step, m);
            any = true;
        }
    if (!any)
        throw Error(exit_data, "no modules at all");
    return out;
}

static std::string service_path(View c, const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || name[0] == '.')
        throw Error(exit_data, "that is no name of a service");
    return c["directory"].line("/etc/pam.d") + "/" + name;
}

static void configure_pam(Run& run) {
    View c = run.config();
    struct New {
        std::string path, text;
        View mode;
        const char* otherwise;
    };
    std::vector<New> files;  // all are known before the first is written
    for (const auto& [name, s] : c["services"].members())
        try {
            files.push_back({service_path(c, name), service_file(run, s),
                             s["perm"] ? s["perm"] : s["mode"], "0444"});
        } catch (const Error& e) {
            run.error(fmt::format("service '{}': {}", name, e.message));
        }
    for (const auto& [name, a] : c["access"].members()) {
        std::string text = run.header();
        auto entry = [&](View e) {
            text += fmt::format("{}:{}:{}\n", e["permission"].line(), e["users"].line(),
                                e["origins"].line());
        };
        for (View e : a["acl"].items())
            entry(e);
        if (a["lastacl"])
            entry(a["lastacl"]);
        files.push_back({a["filename"].line(), text, View(), "0444"});
    }
    if (run.errors())
        return run.info("nothing is changed");
    for (const auto& [name, s] : c["services"].members())
        for (const char* step : steps)
            for (View m : s[step].items())
                for (const char* which : {"allow", "deny"})
                    if (m[which])
                        list_file(run, m[which]);
    for (const New& f : files)
        run.file(f.path, f.text, spec(run, f.path, f.mode, f.otherwise));
}

static void unconfigure_pam(Run& run) {
    View c = run.config();
    for (const auto& [name, s] : c["services"].members()) {
        std::string path = service_path(c, name);
        // ".old" is what this component once called it.
        if (run.exists(path + ".OLD"))
            run.give_back(path, ".OLD");
        else if (run.exists(path + ".old"))
            run.give_back(path, ".old");
        else
            run.warn(fmt::format("there is no earlier '{}', this one stays", path));
    }
}

extern const Component pam_component{
    .name = "pam",
    .about = "how services ask who somebody is: stacks in /etc/pam.d, and access lists",
    .configure = configure_pam,
    .unconfigure = unconfigure_pam};

}  // namespace weft::ncm
