// named: the configuration of the name server, checked by named-checkconf, and who the node asks.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* resolv_conf = "/etc/resolv.conf";

/// The lines of resolv.conf that are configured here; others stay.
static void resolver(Run& run, View c) {
    bool local = c["start"].flag() && c["use_localhost"].flag(true);
    std::vector<std::string> servers;
    for (View s : c["servers"].items())
        servers.push_back(s.line());
    if (local)
        servers.insert(servers.begin(), "127.0.0.1");
    bool search = c["search"] && !servers.empty();
    std::string after, before = run.read(resolv_conf).value_or("");
    for (std::string_view line : lines(before)) {
        auto words = split(line);
        std::string key = words.empty() ? "" : words[0];
        if ((key == "nameserver" && !servers.empty()) || (key == "search" && search) ||
            (key == "options" && c["options"]))
            continue;
        after += line;
        after += '\n';
    }
    for (const std::string& s : servers)
        after += "nameserver " + s + "\t\t# added by Quattor\n";
    auto put = [&](const char* key, View list) {
        std::vector<std::string> words;
        for (View v : list.items())
            words.push_back(v.line());
        after += fmt::format("{} {}\n", key, join(words, " "));
    };
    if (search)
        put("search", c["search"]);
    if (c["options"])
        put("options", c["options"]);
    if (after != before)
        run.file(resolv_conf, after,
                 {.mode = 0644, .owner = "root", .group = "root", .backup = ".old"});
}

/// named may live below a folder of its own: ROOTDIR of /etc/sysconfig/named.
static std::string config_path(Run& run) {
    std::string below, text = run.read("/etc/sysconfig/named").value_or("");
    for (std::string_view line : lines(text)) {
        if (!line.starts_with("ROOTDIR="))
            continue;
        below = line.substr(8);
        std::erase_if(below, [](char c) { return c == '"' || c == '\'' || c == ' '; });
    }
    if (!below.empty() && below[0] != '/')
        throw Error(exit_data, "ROOTDIR in '/etc/sysconfig/named' is no absolute path");
    return below + (run.debian() ? "/etc/bind/named.conf" : "/etc/named.conf");
}

static bool accepted(Run& run, const std::string& text) {
    if (!Run::have("named-checkconf"))
        return true;
    ScratchDir dir;
    write_file(dir.path() + "/named.conf", text, {.mode = 0644, .sync = false});
    ProcessResult r = run.ask({"named-checkconf", dir.path() + "/named.conf"});
    if (r.ok())
        return true;
    std::string why = r.out + r.err;
    for (size_t at; (at = why.find(dir.path() + "/")) != std::string::npos;)
        why.erase(at, dir.path().size() + 1);
    while (why.ends_with('\n'))
        why.pop_back();
    // It looks for folders and files on this machine: below a root they prove nothing.
    if (run.rooted() && why.find("file not found") != std::string::npos)
        return true;
    run.error("named-checkconf refuses the new configuration, the old one stays: " + why);
    return false;
}

static void configure_named(Run& run) {
    View c = run.config();
    std::string text = c["serverConfig"].text(), source = c["configfile"].text();
    if (!text.empty() && !source.empty())
        throw Error(exit_data, "either serverConfig or configfile, not both");
    if (!source.empty()) {
        auto contents = run.read(source);
        if (!contents)
            throw Error(exit_data, "cannot read '" + source + "', the configuration of the server");
        text = *contents;
    }
    if (!text.empty() && !text.ends_with('\n'))
        text += '\n';
    std::string service = run.debian() ? "bind9" : "named";
    bool changed = false;
    if (!text.empty()) {
        if (!accepted(run, text))
            return;
        changed = run.file(config_path(run), text,
                           {.mode = 0644, .owner = "root", .group = {}, .backup = ".ncm-named"});
    }
    // First the server, then those who ask it.
    if (c["start"]) {
        bool on = c["start"].flag(),
             active = !run.rooted() && Run::have("systemctl") &&
                      run.ask({"systemctl", "is-active", "--quiet", service}).ok();
        if (on && changed)
            run.service(service, "restart");
        else if (on && !active && !run.rooted())
            run.service(service, "start");
        if (!on && active)
            run.service(service, "stop");
    } else if (changed) {
        run.service(service, "condrestart");
    }
    resolver(run, c);
}

static void unconfigure_named(Run& run) {
    View c = run.config();
    if (c["serverConfig"] || c["configfile"]) {
        std::string path = config_path(run);
        if (!run.exists(path + ".ncm-named"))
            run.warn(fmt::format("there is no earlier '{}', this one stays", path));
        else if (run.give_back(path, ".ncm-named"))
            run.service(run.debian() ? "bind9" : "named", "condrestart");
    }
    if (run.exists(std::string(resolv_conf) + ".old"))
        run.give_back(resolv_conf, ".old");
}

extern const Component named_component{.name = "named",
                                       .about =
                                           "the name server's configuration, checked by "
                                           "named-checkconf, and lines of /etc/resolv.conf",
                                       .configure = configure_named,
                                       .unconfigure = unconfigure_named};

}  // namespace weft::ncm
