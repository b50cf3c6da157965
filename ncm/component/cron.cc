// cron: one file in /etc/cron.d for each entry, and who may have a crontab.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/quote.hh"

namespace weft::ncm {

namespace {

constexpr std::string_view folder = "/etc/cron.d/";

/// Debian's cron ignores files whose names have more than letters, digits, '_' and '-'.
std::string cron_file(const Run& run, const std::string& name) {
    std::string file = name;
    for (char& c : file)
        if (c == '/' || c == ' ' || c == '\t')
            c = '_';
        else if (c == '.' && run.debian())
            c = '-';
    return std::string(folder) + file + (run.debian() ? "-ncm-cron" : ".ncm-cron.cron");
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
        if (long smear = t["smear"] ? parse_number(t["smear"].text(), "smear", 0, 24 * 60) : 0) {
            if (!number(field[0]))
                throw Error(exit_data, "smear needs a minute that is a number");
            long minute = parse_number(field[0], "minute", 0, 59);
            if (number(field[1])) {
                minute += parse_number(field[1], "hour", 0, 23) * 60 +
                          spread(run, name, unsigned(smear) + 1);
                field[1] = std::to_string(minute / 60 % 24);
            } else {
                minute += spread(run, name, unsigned(std::min(smear + 1, 60L)));
            }
            field[0] = std::to_string(minute % 60);
        }
    } else {
        field = split(e["frequency"].line());
    }
    if (!field.empty() && field[0] == "AUTO")
        field[0] = std::to_string(spread(run, name, 60));
    return cron_time(join(field, " "));
}

/// A log's name without a folder is one in /var/log.
std::string log_name(const std::string& name, View e) {
    std::string path = e["log"]["name"].line();
    if (path.empty()) {
        path = name + ".ncm-cron.log";
        std::replace_if(
            path.begin(), path.end(), [](char c) { return c == '/' || c == ' ' || c == '\t'; },
            '_');
    }
    return path.starts_with('/') ? path : "/var/log/" + path;
}

bool to_syslog(View e) { return e["syslog"] && !e["syslog"]["disabled"].flag(); }
bool to_file(View e) { return !to_syslog(e) && !e["log"]["disabled"].flag(); }

std::string contents(Run& run, const std::string& name, View e) {
    std::string out = run.header();
    std::string comment = e["comment"].text();
    for (std::string_view line : lines(comment))
        out += "# " + std::string(line) + "\n";
    for (const auto& [key, value] : e["env"].members())
        out += variable_name(key) + "=" + cron_value(value.text()) + "\n";
    std::string command = e["command"].line(), user = e["user"].line("root");
    if (command.empty() || user.empty() || user.find_first_of(" \t") != std::string::npos)
        throw Error(exit_data, "a command and one user are needed");
    constexpr std::string_view cut =
        "cron ends a command at a '%' and gives it the rest as its input; '\\%' is the sign itself";
    bool cuts = cron_cuts(command);
    View syslog = e["syslog"];
    if (to_syslog(e)) {
        std::string tag = syslog["tag"].line(syslog["tagprefix"].line("ncm-cron.") + name);
        command = fmt::format("({}) 2>&1 | /usr/bin/logger -t {} -p {}.{}", command, sh_word(tag),
                              sh_word(syslog["facility"].line("user")),
                              sh_word(syslog["level"].line("notice")));
    } else if (to_file(e)) {
        command = fmt::format("(date --iso-8601=seconds --utc; {}) >> {} 2>&1", command,
                              sh_word(log_name(name, e)));
    } else if (cuts) {
        run.warn(fmt::format("entry '{}': {}", name, cut));
        cuts = false;
    }
    // Inside the parentheses that is a syntax error, and the job never runs.
    if (cuts || (!e["log"]["disabled"].flag() && cron_cuts(command)))
        throw Error(exit_data, std::string(cut));
    std::string line = when(run, name, e) + " " + user + " " + command;
    if (line.size() > 990)
        throw Error(exit_data, "cron reads no lines of more than 1000 bytes");
    return out + line + "\n";
}

/// The file the command's output goes to is made beforehand, so that its mode is right.
void log_file(Run& run, const std::string& name, View e) {
    if (!to_file(e))
        return;
    View log = e["log"];
    std::string path = log_name(name, e);
    std::string owner = log["owner"].text(e["user"].text("root")), group = e["group"].text();
    if (size_t colon = owner.find(':'); colon != std::string::npos) {
        group = owner.substr(colon + 1);
        owner.resize(colon);
    }
    FileSpec spec{
        .mode = parse_mode(log["mode"].text("0640"), "log/mode"), .owner = owner, .group = group};
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
    // A name that is a file's as it stands has a right to it.
    std::map<std::string, std::string> owner;
    for (View e : c["entries"].items())
        if (std::string name = e["name"].text(), path = cron_file(run, name);
            !owner.count(path) || path.find("/" + name) != std::string::npos)
            owner[path] = name;
    std::set<std::string> keep, done;
    for (View e : c["entries"].items()) {
        std::string name = e["name"].text();
        std::string path = cron_file(run, name);
        keep.insert(path);  // an entry with a fault keeps the file it has
        try {
            if (name.empty() || name.find("..") != std::string::npos ||
                name.find_first_not_of(
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/ \t") !=
                    std::string::npos)
                throw Error(exit_data, "that name cannot be part of a file's name");
            if (owner[path] != name || !done.insert(path).second)
                throw Error(exit_data, fmt::format("its file '{}' is that of entry '{}': one of "
                                                   "them needs another name",
                                                   path, owner[path]));
            std::string text = contents(run, name, e);
            log_file(run, name, e);
            run.file(path, text, {.mode = 0644});
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
