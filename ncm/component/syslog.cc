// syslog: where messages go, for rsyslog (and its ancestor, whose rules it reads).
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

static bool full(View c) { return c["fullcontrol"].flag(); }

/// With full control the daemon's own file, otherwise one more that it includes.
static std::string syslog_file(View c) {
    std::string daemon = c["daemontype"].text("rsyslog");
    if (c["file"])
        return c["file"].text();
    return full(c) || daemon == "syslog" ? "/etc/" + daemon + ".conf"
                                         : "/etc/rsyslog.d/50-ncm.conf";
}

static void configure_syslog(Run& run) {
    View c = run.config();
    std::string daemon = c["daemontype"].text("rsyslog"), text = run.header();
    if (daemon == "syslog" && !full(c))
        throw Error(exit_data, "syslog has one file only: it is written with fullcontrol");
    for (View d : c["directives"].items()) {
        std::string directive = d.text();  // a block may have several lines
        text += directive + (directive.ends_with('\n') ? "" : "\n");
    }
    for (View rule : c["config"].items()) {
        std::vector<std::string> selectors;
        for (View s : rule["selector"].items())
            selectors.push_back(s["facility"].line("*") + "." + s["priority"].line("*"));
        std::string action = rule["action"].line();
        if (action.empty())
            throw Error(exit_data, "a rule without action");
        if (rule["template"])
            action += ";" + rule["template"].line();
        std::string comment = rule["comment"].text();
        for (std::string_view part : lines(comment))
            if (!part.empty())
                text += (part.starts_with('#') ? "" : "# ") + std::string(part) + "\n";
        if (selectors.empty())
            text += action + "\n";
        else
            text += fmt::format("{:<40} {}\n", join(selectors, ";"), action);
    }
    bool restart = false;
    std::map<std::string, std::optional<std::string>> options;
    for (auto [key, name] : {std::pair{"syslogdoptions", "SYSLOGD_OPTIONS"},
                             std::pair{"klogdoptions", "KLOGD_OPTIONS"}})
        if (c[key]) {
            std::string value = c[key].line();
            bool quoted = value.starts_with('"') || value.starts_with('\'');
            options[name] = std::string(name) + "=" + (quoted ? sh_value(value) : sh_text(value));
        }
    if (!options.empty()) {
        std::string path = (run.debian() ? "/etc/default/" : "/etc/sysconfig/") + daemon;
        restart = run.file(path, KeyLines{.separators = "=", .sections = {}}.set(
                                     run.read(path).value_or(""), options));
    }
    restart |= run.file(syslog_file(c), text,
                        {.mode = {}, .owner = {}, .group = {}, .backup = full(c) ? ".old" : ""});
    if (restart)
        run.service(daemon, "restart");
}

static void unconfigure_syslog(Run& run) {
    View c = run.config();
    std::string path = syslog_file(c);
    if (full(c) && !run.exists(path + ".old"))
        return run.warn("there is no earlier '" + path + "', this one stays");
    if (run.give_back(path, full(c) ? ".old" : ""))
        run.service(c["daemontype"].text("rsyslog"), "restart");
}

extern const Component syslog_component{
    .name = "syslog",
    .about = "where messages go: rsyslog's rules, and a restart",
    .configure = configure_syslog,
    .unconfigure = unconfigure_syslog};

}  // namespace weft::ncm
