// openvpn: one file for each tunnel, as server or client.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static std::string openvpn_file(const std::string& name, View tunnel) {
    std::string file = tunnel["configfile"].text();
    if (!file.starts_with('/'))
        throw Error(exit_data,
                    fmt::format("the file of '{}' is no absolute path: '{}'", name, file));
    return file;
}

static std::string openvpn_text(Run& run, View tunnel) {
    std::string text = run.header();
    for (View remote : tunnel["remote"].items())
        text += "remote " + remote.line() + "\n";
    for (View push : tunnel["push"].items())
        text += "push \"" + push.line() + "\"\n";
    std::vector<std::string> alive;
    for (View v : tunnel["keepalive"].items())
        alive.push_back(v.line());
    if (!alive.empty())
        text += "keepalive " + join(alive, " ") + "\n";
    for (const auto& [key, value] : tunnel.members()) {
        if (key == "configfile" || !value.element()->is_property())
            continue;
        if (!value.element()->is(Kind::boolean))
            text += key + " " + value.line() + "\n";
        else if (value.flag())
            text += key + "\n";
    }
    return text;
}

template <class F>
static void each_tunnel(View c, F step) {
    for (const char* side : {"clients", "server"})
        for (const auto& [name, tunnel] : c[side].members())
            step(name, tunnel);
}

static void configure_openvpn(Run& run) {
    bool changed = false;
    std::vector<std::string> files;
    each_tunnel(run.config(), [&](const std::string& name, View tunnel) {
        files.push_back(openvpn_file(name, tunnel));
        changed |= run.file(files.back(), openvpn_text(run, tunnel),
                            {.mode = 0644, .backup = run.original(files.back())});
    });
    each_tunnel(View(run.previous()), [&](const std::string& name, View tunnel) {
        std::string file = openvpn_file(name, tunnel);
        if (std::find(files.begin(), files.end(), file) == files.end())
            changed |= run.give_back(file, ".old");
    });
    if (changed)
        run.service("openvpn", "restart");
}

static void unconfigure_openvpn(Run& run) {
    bool changed = false;
    each_tunnel(run.config(), [&](const std::string& name, View tunnel) {
        changed |= run.give_back(openvpn_file(name, tunnel), ".old");
    });
    if (changed)
        run.service("openvpn", "condrestart");
}

extern const Component openvpn_component{.name = "openvpn",
                                         .about = "tunnels: a file for each, and the service",
                                         .configure = configure_openvpn,
                                         .unconfigure = unconfigure_openvpn};

}  // namespace weft::ncm
