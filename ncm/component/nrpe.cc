// nrpe: what a monitoring server may ask this node to run, in /etc/nagios/nrpe.cfg.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* nrpe_file = "/etc/nagios/nrpe.cfg";

static std::string nrpe_value(View v) {
    return v.element()->is(Kind::boolean) ? (v.flag() ? "1" : "0") : v.line();
}

static void configure_nrpe(Run& run) {
    View c = run.config(), o = c["options"];
    std::string text = run.header();
    for (const auto& [key, value] : o.members())
        if (value.element()->is_property())
            text += fmt::format("{}={}\n", key, nrpe_value(value));
    std::vector<std::string> hosts;
    for (View h : o["allowed_hosts"].items())
        hosts.push_back(h.line());
    text += "allowed_hosts=" + join(hosts, ",") + "\n";
    for (const auto& [name, command] : o["command"].members()) {
        if (name.find_first_of("[]= \t") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' is no name of a command", name));
        text += fmt::format("command[{}]={}\n", name, command.line());
    }
    for (const char* key : {"include", "include_dir"})
        for (View v : o[key].items())
            text += fmt::format("{}={}\n", key, v.line());
    FileSpec spec{.mode = mode_t(c["mode"].number(0640)),
                  .owner = "root",
                  .group = o["nrpe_group"].text("nagios")};
    spec.backup = run.original(nrpe_file);
    if (run.file(nrpe_file, text, spec))
        run.service(run.debian() ? "nagios-nrpe-server" : "nrpe", "restart");
}

static void unconfigure_nrpe(Run& run) {
    if (run.give_back(nrpe_file, ".old"))
        run.service(run.debian() ? "nagios-nrpe-server" : "nrpe", "condrestart");
}

extern const Component nrpe_component{
    .name = "nrpe",
    .about = "what a monitoring server may ask the node to run: /etc/nagios/nrpe.cfg",
    .configure = configure_nrpe,
    .unconfigure = unconfigure_nrpe};

}  // namespace weft::ncm
