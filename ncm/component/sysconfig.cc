// sysconfig: files of KEY=value lines in /etc/sysconfig.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

static std::string sysconfig_file(const std::string& name) {
    if (name.empty() || name[0] == '.' || name.find('/') != std::string::npos)
        throw Error(exit_data, fmt::format("'{}' is no file name", name));
    return "/etc/sysconfig/" + name;
}

/// Values stand as they were written, quotes of the site included; blanks get quotes.
static std::string contents(Run& run, View keys) {
    std::string out = run.historic() ? "" : run.header();
    auto block = [&](const char* key) {
        std::string text = keys[key].text();
        if (!text.empty())
            out += text + (text.ends_with('\n') ? "" : "\n");
    };
    block("prologue");
    for (const auto& [key, value] : keys.members())
        if (key != "prologue" && key != "epilogue")
            out += variable_name(key) + "=" + sh_value(value.text()) + "\n";
    block("epilogue");
    return out;
}

static void configure_sysconfig(Run& run) {
    for (const auto& [name, keys] : run.config()["files"].members()) {
        try {
            run.file(sysconfig_file(name), contents(run, keys));
        } catch (const Error& e) {
            run.error(fmt::format("file '{}': {}", name, e.message));
        }
    }
    for (const auto& [name, keys] : View(run.previous())["files"].members())
        if (!run.config()["files"][name])
            run.remove(sysconfig_file(name));
}

static void unconfigure_sysconfig(Run& run) {
    for (const auto& [name, keys] : run.config()["files"].members())
        run.remove(sysconfig_file(name));
}

extern const Component sysconfig_component{.name = "sysconfig",
                                           .about = "files of KEY=value lines in /etc/sysconfig",
                                           .configure = configure_sysconfig,
                                           .unconfigure = unconfigure_sysconfig};

}  // namespace weft::ncm
