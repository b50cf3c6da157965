// autofs: file systems that are mounted when somebody looks: maps, the master map, autofs.conf.
#include <fmt/core.h>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/keylines.hh"

namespace weft::ncm {

namespace {

constexpr const char* master_file = "/etc/auto.master";
constexpr const char* autofs_settings = "/etc/autofs.conf";
const FileSpec map_spec{.mode = 0644, .owner = "root", .group = "root"};

using MapLines = std::map<std::string, std::optional<std::string>>;

std::string mount_options(View v) {
    std::string o = v.line();
    return o.empty() || o.starts_with('-') ? o : "-" + o;
}

/// The file of these lines; others keep theirs beside them when the site wants it.
bool write_map(Run& run, const std::string& file, const MapLines& wanted, bool preserve) {
    FileSpec spec = map_spec;
    spec.backup = run.original(file);
    if (preserve) {
        if (wanted.empty())
            return false;
        std::string before = run.read(file).value_or("");
        return run.file(file, KeyLines{}.set(before, wanted), spec);
    }
    std::string text = run.header() + "\n";
    for (const auto& [key, line] : wanted)
        if (line)
            text += *line + "\n";
    return run.file(file, text, spec);
}

MapLines map_entries(Run& run, const std::string& map, View entries) {
    MapLines wanted;
    for (auto& [name, entry] : entries.unescaped()) {
        std::string key = name == "__wildcard" ? "*" : name, location = entry["location"].line();
        if (key.empty() || key.find_first_of(" \t\n#") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' is no key of map '{}'", key, map));
        if (location.empty()) {
            run.warn(
                fmt::format("entry '{}' of map '{}' has no location and is left out", key, map));
            continue;
        }
        wanted[key] = key + "\t" + mount_options(entry["options"]) + "\t" + location;
    }
    return wanted;
}

std::string map_file(const std::string& map, View m) {
    std::string type = m["type"].text(), file = m["mapname"].line();
    if (file.empty())
        file = type == "yp" ? "auto." + map : "/etc/auto." + map;
    if ((type == "file" || type == "direct" || type == "program") && !file.starts_with('/'))
        throw Error(exit_data, fmt::format("'{}' of map '{}' is no absolute path", file, map));
    return file;
}

void one_map(Run& run, const std::string& map, View m, MapLines& master, bool& changed) {
    std::string type = m["type"].text(), file = map_file(map, m);
    bool enabled = m["enabled"].flag(true);
    if (enabled && (type == "file" || type == "direct"))
        changed |=
            write_map(run, file, map_entries(run, map, m["entries"]), m["preserve"].flag(true));
    else if (enabled && type == "program" && run.exists(file))
        run.attributes(file, {.mode = 0755, .owner = "root", .group = "root"});
    std::vector<std::string> points = m["mpaliases"].texts();
    if (std::string own = m["mountpoint"].line(points.empty() ? "/" + map : ""); !own.empty())
        points.push_back(own);
    for (const std::string& point : points) {
        if (!point.starts_with('/') || point.find_first_of(" \t") != std::string::npos)
            throw Error(exit_data, fmt::format("'{}' of map '{}' is no mount point", point, map));
        std::string line = fmt::format("{}\t{}{}\t{}", point, type == "direct" ? "" : type + ":",
                                       file, mount_options(m["options"]));
        master[point] = enabled ? std::optional(line) : std::nullopt;
    }
}

std::string autofs_section(const std::string& name, View section) {
    std::string text = "[ " + name + " ]\n";
    for (const auto& [key, value] : section.members())
        text += fmt::format(
            "{} = {}\n", key,
            value.element()->is(Kind::boolean) ? (value.flag() ? "yes" : "no") : value.line());
    return text;
}

bool autofs_conf(Run& run, View c) {
    if (!c)
        return false;
    std::string text = run.header();
    for (const char* name : {"autofs", "amd"})
        if (c[name])
            text += autofs_section(name, c[name]);
    for (auto& [point, section] : c["mountpoints"].unescaped())
        text += autofs_section(point, section);
    return run.file(autofs_settings, text, {.mode = 0644, .backup = run.original(autofs_settings)});
}

void configure_autofs(Run& run) {
    View c = run.config();
    MapLines master;
    bool changed = false;
    for (const auto& [name, map] : c["maps"].members()) {
        try {
            one_map(run, name, map, master, changed);
        } catch (const Error& e) {
            run.error(e.message);
        }
    }
    // What left the configuration is no longer mounted.
    bool preserve = c["preserveMaster"].flag(true);
    for (const auto& [name, map] : View(run.previous())["maps"].members())
        if (std::string point = map["mountpoint"].text("/" + name);
            preserve && !master.count(point))
            master[point] = std::nullopt;
    changed |= write_map(run, master_file, master, preserve);
    changed |= autofs_conf(run, c["conf"]);
    if (changed)
        run.service("autofs", "reload");
}

void unconfigure_autofs(Run& run) {
    std::vector<std::string> points;
    for (const auto& [name, map] : run.config()["maps"].members())
        points.push_back(map["mountpoint"].text("/" + name));
    if (auto text = run.read(master_file))
        if (run.file(master_file, KeyLines{}.without(*text, points)))
            run.service("autofs", "reload");
}

}  // namespace

extern const Component autofs_component{
    .name = "autofs",
    .about = "file systems mounted when somebody looks: maps, /etc/auto.master, /etc/autofs.conf",
    .configure = configure_autofs,
    .unconfigure = unconfigure_autofs};

}  // namespace weft::ncm
