// chrony: the clock, by servers of the network.
#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static std::string chrony_file(const Run& run, View c) {
    return c["file"].text(run.debian() ? "/etc/chrony/chrony.conf" : "/etc/chrony.conf");
}

/// "server ntp1.example.org iburst prefer": a name alone, or a name with options.
static void sources(std::string& text, const char* kind, View list) {
    for (View s : list.items()) {
        std::string host = s.element()->is_property() ? s.line() : s["hostname"].line();
        if (host.empty() || host.find_first_of(" \t") != std::string::npos)
            throw Error(exit_data, std::string("a ") + kind + " without a name");
        text += std::string(kind) + " " + host;
        for (View o : s["options"].items())
            text += " " + o.line();
        text += "\n";
    }
}

static void configure_chrony(Run& run) {
    View c = run.config();
    std::string text = run.header();
    sources(text, "server", c["servers"]);
    sources(text, "pool", c["pools"]);
    sources(text, "peer", c["peers"]);
    text += "driftfile " + c["driftfile"].line("/var/lib/chrony/drift") + "\n";
    if (View m = c["makestep"])
        text += "makestep " + m["threshold"].line("1.0") + " " + m["limit"].line("3") + "\n";
    if (c["rtcsync"].flag(true))
        text += "rtcsync\n";
    for (View a : c["allow"].items())
        text += "allow " + a.line() + "\n";
    for (View d : c["deny"].items())
        text += "deny " + d.line() + "\n";
    if (c["local_stratum"])
        text += "local stratum " + c["local_stratum"].line() + "\n";
    for (const char* word : {"keyfile", "leapsectz", "logdir", "maxupdateskew", "bindcmdaddress",
                             "cmdport", "minsources"})
        if (c[word])
            text += std::string(word) + " " + c[word].line() + "\n";
    for (View l : c["lines"].items())
        text += l.line() + "\n";
    std::string path = chrony_file(run, c);
    if (run.file(path, text, {.mode = {}, .owner = {}, .group = {}, .backup = ".old"}))
        run.service(run.debian() ? "chrony" : "chronyd", "restart");
}

static void unconfigure_chrony(Run& run) {
    std::string path = chrony_file(run, run.config());
    if (!run.exists(path + ".old"))
        return run.warn("there is no earlier '" + path + "', this one stays");
    if (run.give_back(path, ".old"))
        run.service(run.debian() ? "chrony" : "chronyd", "restart");
}

extern const Component chrony_component{
    .name = "chrony",
    .about = "the clock by servers of the network: chrony.conf, and a restart",
    .configure = configure_chrony,
    .unconfigure = unconfigure_chrony};

}  // namespace weft::ncm
