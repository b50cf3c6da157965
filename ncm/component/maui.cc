// maui: the scheduler's configuration, as the site wrote it.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static std::string maui_file(View c) {
    std::string folder = c["configPath"].text("/var/spool/maui"),
                name = c["configFile"].text("maui.cfg");
    if (!folder.starts_with('/') || name.empty() || name.find('/') != std::string::npos)
        throw Error(exit_data, fmt::format("'{}/{}' is no absolute path of a file", folder, name));
    return folder + "/" + name;
}

static void configure_maui(Run& run) {
    View c = run.config();
    std::string contents = c["contents"].text(), file = maui_file(c);
    if (contents.empty())
        throw Error(exit_data, "'contents' of the scheduler's configuration is missing");
    if (!contents.ends_with('\n'))
        contents += '\n';
    bool server = run.exists("/usr/lib/systemd/system/maui.service") ||
                  run.exists("/lib/systemd/system/maui.service") || run.exists("/etc/init.d/maui");
    if (!run.file(file, run.header() + contents, {.mode = 0644, .backup = run.original(file)}))
        return;
    if (server)
        run.service("maui", "restart");
    else
        run.info("there is no service 'maui' here: only its clients read the file");
}

static void unconfigure_maui(Run& run) { run.give_back(maui_file(run.config()), ".old"); }

extern const Component maui_component{.name = "maui",
                                      .about = "the scheduler Maui: its file, and the service",
                                      .configure = configure_maui,
                                      .unconfigure = unconfigure_maui};

}  // namespace weft::ncm
