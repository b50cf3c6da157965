// modprobe: aliases, options and commands of kernel modules.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static std::string modprobe_file(View c) { return c["file"].text("/etc/modprobe.d/quattor.conf"); }

static void configure_modprobe(Run& run) {
    std::string text = run.header();
    for (View m : run.config()["modules"].items()) {
        std::string name = m["name"].line();
        if (name.empty() || name.find_first_of(" \t") != std::string::npos)
            throw Error(exit_data, "'" + name + "' is no name of a module");
        if (m["alias"])
            text += fmt::format("alias {} {}\n", m["alias"].line(), name);
        for (const char* word : {"options", "install", "remove"})
            if (m[word])
                text += fmt::format("{} {} {}\n", word, name, m[word].line());
        if (m["blacklist"].flag())
            text += fmt::format("blacklist {}\n", name);
    }
    run.file(modprobe_file(run.config()), text);
}

static void unconfigure_modprobe(Run& run) { run.remove(modprobe_file(run.config())); }

extern const Component modprobe_component{
    .name = "modprobe",
    .about = "aliases, options and commands of kernel modules: a file in /etc/modprobe.d",
    .configure = configure_modprobe,
    .unconfigure = unconfigure_modprobe};

}  // namespace weft::ncm
