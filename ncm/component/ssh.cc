// ssh: settings of the server and the client, among lines that others wrote.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

/// What can be set for one connection only stays where it is: ours is the part that holds for all.
static const KeyLines ssh_format{
    .separators = " \t=", .ignore_case = true, .sections = {"Match", "Host"}};

static std::string edited(const std::string& before, View part, View old) {
    std::map<std::string, std::optional<std::string>> wanted;
    for (const auto& [key, value] : part["options"].members()) {
        std::vector<std::string> words;
        for (View v : value.items())
            words.push_back(v.line());
        // Lists of algorithms are one word.
        bool comma = key == "Ciphers" || key == "MACs" || key.ends_with("Algorithms") ||
                     key.ends_with("AcceptedTypes");
        wanted[key] = key + " " + join(words, comma ? "," : " ");
    }
    for (const auto& [key, value] : part["comment_options"].members())
        if (!wanted.count(key))
            wanted[key] = std::nullopt;
    for (const auto& [key, value] : old["options"].members())
        if (!wanted.count(key))
            wanted[key] = std::nullopt;  // back to the default
    return ssh_format.set(before, wanted);
}

/// The server's own opinion of the new file; a server that does not start again is far away.
static bool server_accepts(Run& run, const std::string& text) {
    if (run.rooted() || !Run::have("sshd"))
        return true;
    ScratchDir dir;
    std::string file = dir.path() + "/sshd_config",
                program = Run::have("/usr/sbin/sshd") ? "/usr/sbin/sshd" : "sshd";
    write_file(file, text, {.mode = 0600, .sync = false});
    ProcessResult r = run.ask({program, "-t", "-f", file});
    if (r.ok())
        return true;
    while (r.err.ends_with('\n'))
        r.err.pop_back();
    run.error("sshd refuses the new file, the old one stays: " + r.err);
    return false;
}

static void configure_ssh(Run& run) {
    View c = run.config(), old(run.previous());
    static constexpr const char* server = "/etc/ssh/sshd_config";
    static constexpr const char* client = "/etc/ssh/ssh_config";
    if (c["daemon"]) {
        std::string text = edited(run.read(server).value_or(""), c["daemon"], old["daemon"]);
        if (server_accepts(run, text) && run.file(server, text))
            run.service(run.debian() ? "ssh" : "sshd", "reload");
    }
    if (c["client"])
        run.file(client, edited(run.read(client).value_or(""), c["client"], old["client"]));
}

static void unconfigure_ssh(Run& run) {
    View c = run.config();
    for (auto [part, path] : {std::pair{"daemon", "/etc/ssh/sshd_config"},
                              std::pair{"client", "/etc/ssh/ssh_config"}}) {
        auto text = run.read(path);
        if (!text || !c[part])
            continue;
        if (run.file(path, edited(*text, View(), c[part])) && std::string_view(part) == "daemon")
            run.service(run.debian() ? "ssh" : "sshd", "reload");
    }
}

extern const Component ssh_component{
    .name = "ssh",
    .about = "settings of sshd and ssh among those of others, checked by sshd, and a reload",
    .configure = configure_ssh,
    .unconfigure = unconfigure_ssh};

}  // namespace weft::ncm
