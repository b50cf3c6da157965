// grub: arguments of the kernel, console and password in GRUB 2's settings; its own tools make the
// menu of them.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

namespace {

constexpr const char *settings = "/etc/default/grub", *user_cfg = "/boot/grub2/user.cfg";
const KeyLines shell_lines{.separators = "=", .sections = {}};

/// Words of a command line; quotes keep blanks together.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> out;
    bool quoted = false, in_word = false;
    for (char c : line) {
        if (c == '"')
            quoted = !quoted;
        if (c == ' ' && !quoted)
            in_word = false;
        else {
            if (!in_word)
                out.emplace_back();
            in_word = true;
            out.back() += c;
        }
    }
    return out;
}
std::string name_of(const std::string& word) { return word.substr(0, word.find('=')); }

/// What is to be on the command line, in order, and what is not.
struct Arguments {
    std::vector<std::string> add, remove;
};

Arguments arguments(View c, View serial) {
    Arguments a;
    for (const std::string& w : words_of(c["args"].line())) {
        if (w.starts_with('-'))
            a.remove.push_back(w.substr(1));
        else
            a.add.push_back(w);
    }
    for (const auto& [name, v] : c["arguments"].unescaped()) {
        if (!v["enable"].flag(true)) {
            a.remove.push_back(name);
            continue;
        }
        std::vector<std::string> words;
        for (View i : v["value"].items())
            words.push_back(i.line());
        std::string value = join(words, ",");
        if (value.find(' ') != std::string::npos)
            value = "\"" + value + "\"";
        a.add.push_back(v["value"] ? name + "=" + value : name);
    }
    if (serial) {
        std::string console = fmt::format("console=ttyS{},{}{}{}", serial["unit"].number(0),
                                          serial["speed"].number(9600), serial["parity"].text("n"),
                                          serial["word"].number(8));
        std::erase_if(a.add, [](const std::string& w) { return name_of(w) == "console"; });
        a.add.push_back(console);
    }
    return a;
}

/// The command line after the change: an argument with a name that was there takes its place.
std::string changed_line(const std::string& now, const Arguments& a, bool full_control) {
    auto has = [](const std::vector<std::string>& all, const std::string& name) {
        return std::any_of(all.begin(), all.end(), [&](auto& w) { return name_of(w) == name; });
    };
    std::vector<std::string> out,
        present = full_control ? std::vector<std::string>() : words_of(now);
    std::vector<std::string> done;
    for (const std::string& w : present) {
        std::string name = name_of(w);
        if (!has(a.add, name)) {
            if (!has(a.remove, name))
                out.push_back(w);
        } else if (!has(done, name)) {
            for (const std::string& n : a.add)
                if (name_of(n) == name)
                    out.push_back(n);
            done.push_back(name);
        }
    }
    for (const std::string& n : a.add)
        if (!has(done, name_of(n)))
            out.push_back(n);
    return join(out, " ");
}

/// The value of NAME="..." or NAME='...' as a shell reads it, for the simple forms that stand in
/// this file.
std::string setting(const std::string& text, const std::string& key) {
    std::string value;
    for (std::string_view line : lines(text)) {
        if (!line.starts_with(key + "="))
            continue;
        std::string raw(line.substr(key.size() + 1)), plain;
        char quote = !raw.empty() && (raw[0] == '"' || raw[0] == '\'') ? raw[0] : 0;
        for (size_t i = quote ? 1 : 0; i < raw.size() && raw[i] != quote; i++) {
            if (raw[i] == '\\' && quote == '"' && i + 1 < raw.size())
                i++;
            plain += raw[i];
        }
        value = plain;
    }
    return value;
}
std::string quoted(const std::string& key, const std::string& value) {
    std::string out = key + "=\"";
    for (char c : value)
        out += c == '"' || c == '\\' || c == '$' || c == '`' ? std::string{'\\', c}
                                                             : std::string(1, c);
    return out + "\"";
}

/// The encrypted password, never shown. false: it cannot be had.
bool password(Run& run, View p) {
    if (!p["enabled"])
        return true;
    if (!p["enabled"].flag()) {
        run.remove(user_cfg);
        return true;
    }
    std::string secret = p["password"].line();
    if (auto file = p["file"].maybe()) {
        std::string text = run.read(*file).value_or(""), who = p["file_user"].text("root") + ":";
        for (std::string_view line : lines(text))
            if (line.starts_with(who))
                secret = line.substr(who.size(), line.find(':', who.size()) - who.size());
        if (secret.empty()) {
            run.error(
                fmt::format("no password of '{}' in '{}'", p["file_user"].text("root"), *file));
            return false;
        }
    }
    if (!secret.starts_with("grub.pbkdf2.")) {
        run.error(
            "password: GRUB 2 takes what grub2-mkpasswd-pbkdf2 prints, which begins with "
            "grub.pbkdf2");
        return false;
    }
    run.file(user_cfg, "GRUB2_PASSWORD=" + secret + "\n",
             {.mode = 0600, .owner = "root", .group = "root", .sensitive = true});
    return true;
}

void configure_grub(Run& run) {
    View c = run.config(), serial(run.extra("/hardware/console/serial"));
    for (const char* key : {"kernels", "pxeboot", "for_next"})
        if (c[key])
            run.warn(fmt::format("'{}' is not supported: GRUB 2 finds its kernels itself", key));
    if (c["args"] && c["arguments"])
        throw Error(exit_data, "either args or arguments, not both");
    auto before = run.read(settings);
    if (!before)
        throw Error(exit_data, fmt::format("there is no '{}': GRUB 2 is not installed", settings));
    if (!password(run, c["password"]))
        return;

    Arguments a = arguments(c, serial);
    std::map<std::string, std::optional<std::string>> wanted;
    if (c["args"] || c["arguments"] || serial)
        wanted["GRUB_CMDLINE_LINUX"] = quoted(
            "GRUB_CMDLINE_LINUX",
            changed_line(setting(*before, "GRUB_CMDLINE_LINUX"), a, c["fullcontrol"].flag()));
    if (serial) {
        static const std::map<std::string, std::string> parities{
            {"n", "no"}, {"e", "even"}, {"o", "odd"}};
        auto parity = parities.find(serial["parity"].text("n"));
        wanted["GRUB_TERMINAL"] = quoted("GRUB_TERMINAL", "serial console");
        wanted["GRUB_SERIAL_COMMAND"] =
            quoted("GRUB_SERIAL_COMMAND",
                   fmt::format("serial --unit={} --speed={} --parity={} --word={}",
                               serial["unit"].number(0), serial["speed"].number(9600),
                               parity == parities.end() ? "no" : parity->second,
                               serial["word"].number(8)));
    }
    bool changed = run.file(settings, shell_lines.set(*before, wanted),
                            {.mode = {}, .owner = {}, .group = {}, .backup = ".old"});
    bool red_hat = run.exists("/boot/grub2") && !run.debian();
    if (changed)
        run.command(red_hat
                        ? std::vector<std::string>{"grub2-mkconfig", "-o", "/boot/grub2/grub.cfg"}
                        : std::vector<std::string>{"update-grub"});
    if (!red_hat || !Run::have("grubby"))
        return;
    // There each kernel has its own copy of the arguments.
    if (changed && !c["fullcontrol"].flag()) {
        std::vector<std::string> words{"grubby", "--update-kernel=ALL"};
        if (!a.add.empty())
            words.push_back("--args=" + join(a.add, " "));
        if (!a.remove.empty())
            words.push_back("--remove-args=" + join(a.remove, " "));
        if (words.size() > 2)
            run.command(words);
    }
    if (const Element* version = run.extra("/system/kernel/version")) {
        std::string kernel = "/boot/vmlinuz-" + View(version).line();
        if (!run.exists(kernel))
            return run.error(fmt::format("there is no kernel '{}'", kernel));
        ProcessResult r = run.ask({"grubby", "--default-kernel"});
        if (r.out.substr(0, r.out.find('\n')) != kernel)
            run.command({"grubby", "--set-default=" + kernel});
    }
}

}  // namespace

extern const Component grub_component{
    .name = "grub",
    .about = "arguments of the kernel, console and password of the boot loader: /etc/default/grub",
    .watch = {"/hardware/console/serial", "/system/kernel/version"},
    .configure = configure_grub};

}  // namespace weft::ncm
