// network: /system/network as files of networkd, ifupdown or the scripts of Red Hat, and a restart
// of what reads them. Whether the node can still be reached is asked by the runner, which takes the
// change back if not (ncd(8)).
#include <fmt/core.h>
#include <unistd.h>

#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/network/network.hh"

namespace weft::ncm {

using namespace network;

static const Backend& backend_of(Run& run, View c) {
    static const Backend* const all[] = {&networkd, &ifupdown, &ifcfg};
    std::string name = c["backend"].text();
    if (name.empty())
        name = run.exists("/etc/sysconfig/network-scripts") ? "ifcfg"
               : run.exists("/etc/network/interfaces")      ? "ifupdown"
                                                            : "networkd";
    for (const Backend* b : all)
        if (name == b->name)
            return *b;
    throw Error(exit_data, "there is no backend '" + name + "'", {},
                "there are networkd, ifupdown, ifcfg");
}

/// Our tables are marked, those of others stay.
static void routing_tables(Run& run, const std::map<std::string, long>& tables) {
    static constexpr const char *path = "/etc/iproute2/rt_tables", *mark = "# managed by Quattor";
    if (tables.empty() && !run.exists(path))
        return;
    std::string before = run.read(path).value_or(""), after;
    for (std::string_view line : lines(before)) {
        auto words = split(line);
        if (line.ends_with(mark))
            continue;
        if (words.size() > 1 && words[0][0] != '#')
            for (const auto& [name, number] : tables)
                if (words[1] == name || words[0] == std::to_string(number))
                    throw Error(exit_data, fmt::format("routing table {} is '{}' already in '{}'",
                                                       words[0], words[1], path));
        after += line;
        after += '\n';
    }
    for (const auto& [name, number] : tables)
        after += fmt::format("{} {} {}\n", number, name, mark);
    run.file(path, after);
}

static void host_name(Run& run, const std::string& name) {
    char now[256] = "";
    run.file("/etc/hostname", name + "\n");
    if (!run.rooted() && gethostname(now, sizeof now - 1) == 0 && name != now)
        run.command({"hostname", name});
}

static void configure_network(Run& run) {
    View tree(run.extra("/system/network"));
    if (!tree)
        throw Error(exit_data, "the profile has no /system/network");
    Network net = read_network(tree, View(run.extra("/hardware/cards/nic")));
    const Backend& backend = backend_of(run, run.config());
    routing_tables(run, net.tables);
    host_name(run, net.hostname);
    if (backend.write(run, net))
        run.service(backend.service, "restart");
}

extern const Component network_component{
    .name = "network",
    .about = "interfaces, routes and the node's name, for networkd, ifupdown or Red Hat's scripts",
    .watch = {"/system/network", "/hardware/cards/nic"},
    .configure = configure_network};

}  // namespace weft::ncm
