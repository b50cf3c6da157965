// ssh: settings of the server and the client, among lines that others wrote.
#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

/// What can be set for one connection only stays where it is: ours is the part that holds for all.
/// The first value counts, and the files of an Include stand where the Include does.
static const KeyLines ssh_format{
    .separators = " \t=",
    .ignore_case = true,
    .sections = {"Match", "Host"},
    .include = "Include",
    .aliases = {{"challengeresponseauthentication", "kbdinteractiveauthentication"},
                {"skeyauthentication", "kbdinteractiveauthentication"},
                {"pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms"},
                {"hostbasedacceptedkeytypes", "hostbasedacceptedalgorithms"},
                {"hostbasedkeytypes", "hostbasedacceptedalgorithms"},
                {"keepalive", "tcpkeepalive"},
                {"dsaauthentication", "pubkeyauthentication"}}};

/// How a list is spelled. All that are not named are one word with commas: lists of algorithms,
/// PreferredAuthentications and so on.
enum class SshList { lines, blanks };
struct SshOption {
    std::string_view name;
    SshList list;
    bool adds;  ///< all lines count, not only the first
};
static constexpr SshOption ssh_lists[] = {{"acceptenv", SshList::lines, true},
                                          {"allowgroups", SshList::blanks, true},
                                          {"allowusers", SshList::blanks, true},
                                          {"authenticationmethods", SshList::blanks, false},
                                          {"authorizedkeysfile", SshList::blanks, false},
                                          {"canonicaldomains", SshList::blanks, false},
                                          {"canonicalizepermittedcnames", SshList::blanks, false},
                                          {"certificatefile", SshList::lines, true},
                                          {"channeltimeout", SshList::blanks, false},
                                          {"denygroups", SshList::blanks, true},
                                          {"denyusers", SshList::blanks, true},
                                          {"dynamicforward", SshList::lines, true},
                                          {"globalknownhostsfile", SshList::blanks, false},
                                          {"hostcertificate", SshList::lines, true},
                                          {"hostkey", SshList::lines, true},
                                          {"identityfile", SshList::lines, true},
                                          {"ipqos", SshList::blanks, false},
                                          {"listenaddress", SshList::lines, true},
                                          {"localforward", SshList::lines, true},
                                          {"permitlisten", SshList::blanks, false},
                                          {"permitopen", SshList::blanks, false},
                                          {"permituserenvironment", SshList::blanks, false},
                                          {"port", SshList::lines, true},
                                          {"rekeylimit", SshList::blanks, false},
                                          {"remoteforward", SshList::lines, true},
                                          {"sendenv", SshList::lines, true},
                                          // Several on one line; further lines do not count.
                                          {"setenv", SshList::blanks, false},
                                          {"subsystem", SshList::lines, true},
                                          {"userknownhostsfile", SshList::blanks, false}};

static const SshOption* ssh_list(const std::string& folded) {
    for (const SshOption& o : ssh_lists)
        if (o.name == folded)
            return &o;
    return nullptr;
}

/// A single value stands as the site wrote it, it may be several words; members of a list are one
/// word each.
static std::string ssh_line(const std::string& key, View value) {
    if (value.element()->is(Kind::dict))
        throw Error(exit_data, "option '" + key + "': a value or a list is needed");
    auto text = [](View v) {
        return v.element()->is(Kind::boolean) ? std::string(v.flag() ? "yes" : "no") : v.line();
    };
    if (!value.element()->is(Kind::list))
        return key + " " + text(value);
    const SshOption* o = ssh_list(ssh_format.fold(key));
    bool forward = ssh_format.fold(key).ends_with("forward") || ssh_format.fold(key) == "subsystem";
    std::vector<std::string> words;
    for (View v : value.items())
        // A forwarding and a subsystem are a name and words of their own.
        words.push_back(!o || forward ? text(v) : ssh_word(text(v)));
    if (!o)
        return key + " " + join(words, ",");
    return key + " " + join(words, o->list == SshList::lines ? "\n" + key + " " : " ");
}

using SshLines = std::map<std::string, std::optional<std::string>>;

static SshLines ssh_wanted(View part, View old) {
    SshLines wanted;
    std::map<std::string, std::string> spelled;
    for (const auto& [key, value] : part["options"].members()) {
        auto [before, fresh] = spelled.emplace(ssh_format.fold(key), key);
        if (!fresh)
            throw Error(exit_data,
                        fmt::format("'{}' and '{}' are two names of one option: only one can be "
                                    "set",
                                    before->second, key));
        // An empty list is no line at all.
        if (value.element()->is(Kind::list) && !value.element()->size())
            wanted[key] = std::nullopt;
        else
            wanted[key] = ssh_line(key, value);
    }
    for (View v : {part["comment_options"], old["options"]})
        for (const auto& [key, value] : v.members())
            if (!spelled.count(ssh_format.fold(key)))
                wanted[key] = std::nullopt;  // back to the default
    return wanted;
}

/// Ours stand before the files of an Include, but of some options these add to ours.
static void warn_of_includes(Run& run, const std::string& path, const std::string& text,
                             const SshLines& wanted) {
    for (std::string_view line : lines(text)) {
        auto words = split(line);
        if (!words.empty() &&
            (ssh_format.fold(words[0]) == "match" || ssh_format.fold(words[0]) == "host"))
            return;
        if (words.empty() || ssh_format.fold(words[0]) != "include")
            continue;
        for (size_t i = 1; i < words.size(); i++) {
            std::string pattern = words[i].starts_with('/') ? words[i] : "/etc/ssh/" + words[i];
            size_t slash = pattern.rfind('/');
            for (const std::string& name : run.names_in(pattern.substr(0, slash))) {
                std::string file = pattern.substr(0, slash + 1) + name;
                if (fnmatch(pattern.c_str(), file.c_str(), FNM_PATHNAME | FNM_PERIOD))
                    continue;
                std::string included = run.read(file).value_or("");
                for (const auto& [key, ours] : wanted) {
                    const SshOption* o = ssh_list(ssh_format.fold(key));
                    bool sets =
                        ssh_format.without(included, {key}) != ssh_format.without(included, {});
                    if (sets && (!ours || (o && o->adds)))
                        run.warn(
                            fmt::format("'{}', which '{}' includes, sets {} too", file, path, key));
                }
            }
        }
    }
}

/// The program's own opinion of the new file. A server that does not start again is far away; after
/// a wrong word in the client's no ssh leaves the node.
static bool ssh_accepts(Run& run, const std::string& program, std::vector<std::string> words,
                        const std::string& text) {
    if (!Run::have(program))
        return true;
    ScratchDir dir;
    std::string file = dir.path() + "/config", shown;
    // Below another root the included files are not those of this system.
    for (std::string_view line : lines(text)) {
        auto first = split(line);
        if (!run.rooted() || first.empty() || ssh_format.fold(first[0]) != "include")
            shown += std::string(line) + "\n";
    }
    write_file(file, shown, {.mode = 0600, .sync = false});
    std::replace(words.begin(), words.end(), std::string("FILE"), file);
    words.insert(words.begin(), program);
    ProcessResult r = run.ask(words);
    if (r.ok())
        return true;
    while (r.err.ends_with('\n') || r.err.ends_with('\r'))
        r.err.pop_back();
    run.error(fmt::format("{} refuses the new file, the old one stays: {}",
                          program.substr(program.rfind('/') + 1), r.err));
    return false;
}

static std::string ssh_file(View part, const char* usual) {
    return part["config_path"].text(usual);
}
static constexpr const char *ssh_server = "/etc/ssh/sshd_config",
                            *ssh_client = "/etc/ssh/ssh_config";

static void configure_ssh(Run& run) {
    View c = run.config(), old(run.previous());
    auto edited = [&](const char* part, const std::string& path) {
        SshLines wanted = ssh_wanted(c[part], old[part]);
        std::string before = run.read(path).value_or(""), text = ssh_format.set(before, wanted);
        warn_of_includes(run, path, text, wanted);
        return text;
    };
    auto guarded = [&](const char* part, auto step) {
        try {
            if (c[part])
                step();
        } catch (const Error& e) {
            run.error(fmt::format("{}: {}", part, e.message));
        }
    };
    guarded("daemon", [&] {
        std::string path = ssh_file(c["daemon"], ssh_server), text = edited("daemon", path);
        std::string program = c["daemon"]["sshd_path"].text("/usr/sbin/sshd");
        // Below another root there are no host keys, without which sshd says no to everything.
        if (!run.rooted() && !ssh_accepts(run, program, {"-t", "-f", "FILE"}, text))
            return;
        if (run.file(path, text, {.mode = 0600, .backup = ".old"}))
            run.service(run.debian() ? "ssh" : "sshd", "reload");
    });
    guarded("client", [&] {
        std::string path = ssh_file(c["client"], ssh_client), text = edited("client", path);
        if (ssh_accepts(run, "/usr/bin/ssh", {"-G", "-F", "FILE", "host.invalid"}, text))
            run.file(path, text, {.mode = 0644, .backup = ".old"});
    });
}

static void unconfigure_ssh(Run& run) {
    View c = run.config();
    for (auto [part, usual] : {std::pair{"daemon", ssh_server}, std::pair{"client", ssh_client}}) {
        std::string path = ssh_file(c[part], usual);
        auto text = run.read(path);
        if (!text || !c[part])
            continue;
        if (run.file(path, ssh_format.set(*text, ssh_wanted(View(), c[part]))) &&
            std::string_view(part) == "daemon")
            run.service(run.debian() ? "ssh" : "sshd", "reload");
    }
}

extern const Component ssh_component{
    .name = "ssh",
    .about = "settings of sshd and ssh among those of others, checked by both, and a reload",
    .configure = configure_ssh,
    .unconfigure = unconfigure_ssh};

}  // namespace weft::ncm
