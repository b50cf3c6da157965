// cron: one file in /etc/cron.d for each entry, and who may have a crontab.
#include <fmt/core.h>

#include <set>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

constexpr std::string_view folder = "/etc/cron.d/";

/// Debian's cron ignores files with a dot in their names.
std::string cron_file(const Run& run, const std::string& name) {
    return std::string(folder) + name + (run.debian() ? "-ncm-cron" : ".ncm-cron.cron");
}
bool is_our_file(std::string_view file) {
    return file.ends_with(".ncm-cron.cron") || file.ends_with("-ncm-cron");
}

/// A number that is the same on every run of one node, and differs between nodes and entries.
unsigned spread(const Run& run, const std::string& name, unsigned range) {
    uint32_t h = 2166136261u;
    for (char c : View(run.extra("/system/network"))["hostname"].text() + "/" + name)
        h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
    return range ? (h ^ h >> 16) % range : 0;
}

bool number(const std::string& s) {
    return !s.empty() && s.find_first_not_of("0123456789") == std::string::npos;
}

/// The first five fields of the line, or an @word.
std::string when(const Run& run, const std::string& name, View e) {
    View t = e["timing"];
    std::vector<std::string> field;
    if (t) {
        for (const char* f : {"minute", "hour", "day", "month", "weekday"})
            field.push_back(t[f].line("*"));
        if (unsigned smear = unsigned(t["smear"].number(0))) {
            if (!number(field[0]))
                throw Error(exit_data, "smear needs a minute that is a number");
            unsigned minute = unsigned(std::stoul(field[0]));
            if (number(field[1])) {
                minute += unsigned(std::stoul(field[1])) * 60 + spread(run, name, smear + 1);
                field[1] = std::to_string(minute / 60 % 24);
            } else {
                minute += spread(run, name, std::min(smear + 1, 60u));
            }
            field[0] = std::to_string(minute % 60);
        }
    } else {
        field = split(e["frequency"].line());
        if (field.size() == 1 && field[0].starts_with('@'))
            return field[0];
    }
    if (field.size() != 5)
        throw Error(exit_data, "when? five fields, an @word or timing are needed");
    if (field[0] == "AUTO")
        field[0] = std::to_string(spread(run, name, 60));
    return join(field, " ");
}

std::string contents(Run& run, const std::string& name, View e) {
    std::string out = run.header();
    if (auto comment = e["comment"].maybe())
        out += "# " + e["comment"].line() + "\n";
    for (const auto& [key, value] : e["env"].members())
        out += key + "=" + value.line() + "\n";
    std::string command = e["command"].line(), user = e["user"].line("root");
    if (command.empty() || user.find_first_of(" \t") != std::string::npos)
        throw Error(exit_data, "a command and one user are needed");
    View log = e["log"], syslog = e["syslog"];
    if (syslog) {
        std::string tag = syslog["tag"].line(syslog["tagprefix"].line("ncm-cron.") + name);
        command = fmt::format("({}) 2>&1 | /usr/bin/logger -t {} -p {}.{}", command, tag,
                              syslog["facility"].line("user"), syslog["level"].line("notice"));
    } else if (!log["disabled"].flag()) {
        command = fmt::format("(date --iso-8601=seconds --utc; {}) >> {} 2>&1", command,
                              log["name"].line("/var/log/" + name + ".ncm-cron.log"));
    }
    return out + when(run, name, e) + " " + user + " " + command + "\n";
}

/// The file the command's output goes to is made beforehand, so that its mode is right.
void log_file(Run& run, const std::string& name, View e) {
    View log = e["log"];
    if (e["syslog"] || log["disabled"].flag())
        return;
    std::string path = log["name"].text("/var/log/" + name + ".ncm-cron.log");
    std::string owner = log["owner"].text(e["user"].text("root")), group = e["group"].text();
    if (size_t colon = owner.find(':'); colon != std::string::npos) {
        group = owner.substr(colon + 1);
        owner.resize(colon);
    }
    FileSpec spec{.mode = mode_t(std::stoul(log["mode"].text("0640"), nullptr, 8)),
                  .owner = owner,
                  .group = group};
    if (run.exists(path))
        run.attributes(path, spec);
    else
        run.file(path, "", spec);
}

void access_list(Run& run, View users, const std::string& path) {
    if (!users)
        return;
    std::string text;
    for (View u : users.items())
        text += u.line() + "\n";
    run.file(path, text);
}

void remove_others(Run& run, const std::set<std::string>& keep) {
    for (const std::string& file : run.names_in(std::string(folder)))
        if (is_our_file(file) && !keep.count(std::string(folder) + file))
            run.remove(std::string(folder) + file);
}

void configure_cron(Run& run) {
    View c = run.config();
    std::set<std::string> keep;
    for (View e : c["entries"].items()) {
        std::string name = e["name"].text();
        std::string path = cron_file(run, name);
        keep.insert(path);  // an entry with a fault keeps the file it has
        try {
            if (name.empty() ||
                name.find_first_not_of(
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") !=
                    std::string::npos)
                throw Error(exit_data, "that name cannot be part of a file's name");
            run.file(path, contents(run, name, e), {.mode = 0644});
            log_file(run, name, e);
        } catch (const Error& x) {
            run.error(fmt::format("entry '{}': {}", name, x.message));
        }
    }
    remove_others(run, keep);
    std::string security = c["securitypath"].text("/etc");
    access_list(run, c["allow"], security + "/cron.allow");
    access_list(run, c["deny"], security + "/cron.deny");
}

void unconfigure_cron(Run& run) { remove_others(run, {}); }

}  // namespace

extern const Component cron_component{
    .name = "cron",
    .about = "commands at given times: one file in /etc/cron.d for each",
    .watch = {"/system/network"},
    .configure = configure_cron,
    .unconfigure = unconfigure_cron};

}  // namespace weft::ncm
