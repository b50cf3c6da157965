// sudo: /etc/sudoers, shown to visudo before anybody else sees it.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* sudoers = "/etc/sudoers";

/// A part of a line; a backslash before the line end would join the next line to it.
static std::string sudo_part(View v, std::string_view fallback = {}) {
    std::string s = v.line(fallback);
    if (s.ends_with('\\'))
        throw Error(exit_data, fmt::format("'{}': sudo takes the backslash at the end for a line "
                                           "that goes on",
                                           s));
    return s;
}

/// "User_Alias ADMINS = alice, bob"
static void aliases(std::string& out, std::string_view kind, View all) {
    for (const auto& [name, members] : all.members()) {
        std::vector<std::string> words;
        for (View m : members.items())
            words.push_back(sudo_part(m));
        if (!words.empty())
            out += fmt::format("{} {} = {}\n", kind, name, join(words, ", "));
    }
}

/// "Defaults:alice !lecture, passwd_tries=5": for a user, a host, a target or everybody.
static std::string defaults(View d) {
    static constexpr std::pair<const char*, char> scopes[] = {
        {"user", ':'}, {"run_as", '>'}, {"host", '@'}, {"cmd", '!'}};
    std::string out = "Defaults";
    for (auto [key, sign] : scopes)
        if (d[key]) {
            out += sign + sudo_part(d[key]);
            break;
        }
    std::vector<std::string> words;
    for (const auto& [name, value] : d["options"].members()) {
        if (value.element()->is(Kind::boolean)) {
            words.push_back((value.flag() ? "" : "!") + name);
        } else if (value.element()->is(Kind::long_)) {
            words.push_back(name + "=" + value.line());
        } else {
            std::string quoted;
            for (char c : value.line())
                quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
            words.push_back(name + "=\"" + quoted + "\"");
        }
    }
    return words.empty() ? "" : out + " " + join(words, ", ") + "\n";
}

static void configure_sudo(Run& run) {
    View c = run.config();
    std::string text = run.header();
    aliases(text, "User_Alias", c["user_aliases"]);
    aliases(text, "Runas_Alias", c["run_as_aliases"]);
    aliases(text, "Host_Alias", c["host_aliases"]);
    aliases(text, "Cmnd_Alias", c["cmd_aliases"]);
    for (View d : c["general_options"].items())
        text += defaults(d);
    for (View p : c["privilege_lines"].items()) {
        std::string option = sudo_part(p["options"]);
        text += fmt::format("{} {} = ({}) {}{}\n", sudo_part(p["user"]),
                            sudo_part(p["host"], "ALL"), sudo_part(p["run_as"], "ALL"),
                            option.empty() ? "" : option + ": ", sudo_part(p["cmd"]));
    }
    for (const char* key : {"includes", "include"})
        for (View i : c[key].items())
            text += "#include " + sudo_part(i) + "\n";
    for (View i : c["includes_dirs"].items())
        text += "#includedir " + sudo_part(i) + "\n";

    // A wrong sudoers locks everybody out: no doubt, no file.
    if (Run::have("visudo")) {
        ProcessResult r = run.ask({"visudo", "-c", "-q", "-f", "-"}, text);
        if (!r.ok()) {
            std::string why = r.err + r.out;
            while (why.ends_with('\n'))
                why.pop_back();
            return run.error("visudo refuses the new file, the old one stays: " + why);
        }
    } else if (!run.rooted()) {
        return run.error("visudo is not installed, nothing can be checked and nothing is written");
    }
    run.file(sudoers, text, {.mode = 0440, .owner = "root", .group = "root", .backup = ".old"});
}

static void unconfigure_sudo(Run& run) {
    if (!run.exists(std::string(sudoers) + ".old"))
        return run.warn("there is no earlier '/etc/sudoers', this one stays");
    run.give_back(sudoers, ".old");
}

extern const Component sudo_component{
    .name = "sudo",
    .about = "who may do what as whom: /etc/sudoers, checked by visudo",
    .configure = configure_sudo,
    .unconfigure = unconfigure_sudo};

}  // namespace weft::ncm
