// systemd: which units run, and their files; systemctl does the enabling, also below a root.
#include <fmt/core.h>

#include <map>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"
#include "ncm/render.hh"

namespace weft::ncm {

namespace {

constexpr const char* units_folder = "/etc/systemd/system/";

struct Unit {
    std::string name;   ///< with its type: sshd.service
    std::string state;  ///< enabled, disabled or masked
    bool start_stop, may_be_missing;
    View file;
};

/// systemctl on the tree we configure, running or not.
std::vector<std::string> systemctl(Run& run, std::vector<std::string> words) {
    words.insert(words.begin(), "systemctl");
    if (run.rooted())
        words.insert(words.begin() + 1, "--root=" + run.real("/"));
    return words;
}

Unit unit_of(const std::string& key, View u) {
    Unit unit;
    unit.name = u["name"].text(key);
    if (unit.name.empty() || unit.name.find_first_of("/ \n") != std::string::npos ||
        unit.name[0] == '-')
        throw Error(exit_data, "that is no name of a unit");
    if (std::string type = u["type"].text("service");
        unit.name.find('.') == std::string::npos || !unit.name.ends_with("." + type))
        unit.name += "." + (type == "sysv" ? "service" : type);
    unit.state = u["state"].text("enabled");
    if (unit.state == "on")
        unit.state = "enabled";
    unit.start_stop = u["startstop"].flag(true);
    unit.may_be_missing = u["possible_missing"].flag();
    unit.file = u["file"];
    return unit;
}

/// The unit's own file, or what is changed in that of its package.
std::string unit_file(const Unit& u) {
    return units_folder + u.name + (u.file["replace"].flag() ? "" : ".d/quattor.conf");
}

/// Write the unit's file; answers whether systemd must read its files again.
bool unit_file(Run& run, const Unit& u) {
    if (!u.file || !u.file["config"])
        return false;
    Element sections = Element::new_dict();  // booleans in systemd's words
    for (const auto& [name, section] : u.file["config"].members()) {
        if (!section.element()->is(Kind::dict))
            throw Error(exit_data, "file/config/" + name + " is no section");
        std::string key = name;
        key[0] = char(std::toupper(static_cast<unsigned char>(key[0])));
        sections.dict_ref().at(Key(key)) =
            convert(*section.element(), {.booleans = Convert::yesno});
    }
    return run.file(unit_file(u), run.header() + render("systemd", sections));
}

std::string first_line(const std::string& s) { return s.substr(0, s.find('\n')); }

/// What systemctl says of each unit: every process more would be one for each unit in every run.
using Told = std::map<std::string, std::string>;

Told enabled_now(Run& run, const std::vector<Unit>& units) {
    Told told;
    std::vector<std::string> names;
    for (const Unit& u : units)
        // Of a script in init.d systemctl answers out of turn.
        if (run.exists("/etc/init.d/" + u.name.substr(0, u.name.rfind('.'))))
            told[u.name] = first_line(run.ask(systemctl(run, {"is-enabled", u.name})).out);
        else
            names.push_back(u.name);
    // A line for each, up to the first that does not exist; newer ones say "not-found" and go on.
    for (size_t at = 0; at < names.size(); at++) {
        std::vector<std::string> words = {"is-enabled"};
        words.insert(words.end(), names.begin() + long(at), names.end());
        std::string out = run.ask(systemctl(run, words)).out;
        for (std::string_view line : lines(out))
            if (at < names.size())
                told[names[at++]] = line;
    }
    return told;
}

Told active_now(Run& run, const std::vector<Unit>& units) {
    Told told;
    std::vector<std::string> words = {"systemctl", "is-active"};
    for (const Unit& u : units)
        if (u.start_stop && !run.rooted())
            words.push_back(u.name);
    if (words.size() == 2)
        return told;
    std::string out = run.ask(words).out;
    size_t at = 2;
    for (std::string_view line : lines(out))
        if (at < words.size())
            told[words[at++]] = line;
    return told;
}

/// Answers whether systemctl changed something: of other units as well, by their Also=.
bool enabling(Run& run, const Unit& u, const std::string& now) {
    bool missing = now.empty() || now == "not-found";
    if (missing && run.noaction() && u.file["replace"].flag()) {
        // Its file is not written now, so that systemctl cannot know it yet.
        if (u.state == "enabled")
            run.info("would run: " + join(systemctl(run, {"enable", u.name}), " "));
        return false;
    }
    if (missing && u.state != "masked") {
        // A unit that does not exist cannot run: fine when it shall not, told when it shall.
        if (u.state == "enabled" && !u.may_be_missing)
            run.error(fmt::format("there is no unit '{}'", u.name));
        return false;
    }
    bool masked = now.starts_with("masked"), right = false;
    if (u.state == "masked")
        right = masked;
    else if (u.state == "enabled")
        right = now.starts_with("enabled") || now == "static" || now == "indirect" ||
                now == "generated" || now == "alias";
    else
        right = !masked && !now.starts_with("enabled");
    if (right)
        return false;
    std::vector<std::string> steps;
    if (masked)
        steps.push_back("unmask");
    steps.push_back(u.state == "masked" ? "mask" : u.state == "enabled" ? "enable" : "disable");
    for (const std::string& step : steps) {
        auto argv = systemctl(run, {step, u.name});
        if (run.noaction()) {
            run.info("would run: " + join(argv, " "));
            continue;
        }
        ProcessResult r = run.ask(argv);
        if (!r.ok()) {
            run.error(fmt::format("cannot {} '{}': {}", step, u.name, first_line(r.err)));
            return true;
        }
        run.info(fmt::format("{} {}", step, u.name));
    }
    run.changed(units_folder + u.name);
    return !run.noaction();
}

/// Start and stop are the runner's; it is asked only when something is to do.
void starting(Run& run, const Unit& u, const std::string& now) {
    if (!u.start_stop || run.rooted())
        return;
    bool active = now == "active" || now == "reloading" || now == "refreshing";
    if (u.state == "enabled" && !active)
        run.service(u.name, "start");
    if (u.state != "enabled" && active)
        run.service(u.name, "stop");
}

template <class F>
void each(Run& run, F step) {
    for (const char* part : {"service", "unit"})
        for (const auto& [key, view] : run.config()[part].members()) {
            std::string name = unescape(key).value_or(key);
            try {
                step(unit_of(name, view));
            } catch (const Error& e) {
                run.error(fmt::format("unit '{}': {}", name, e.message));
            }
        }
}

void reload(Run& run) {
    if (!run.rooted())
        run.command({"systemctl", "daemon-reload"});
}

void configure_systemd(Run& run) {
    if (!Run::have("systemctl"))
        throw Error(exit_unavailable, "systemctl is not installed");
    std::vector<std::string> restart;
    each(run, [&](const Unit& u) {
        if (unit_file(run, u))
            restart.push_back(u.name);
    });
    // A unit whose file left the configuration is the package's again.
    bool gone = false;
    View c = run.config();
    for (const char* part : {"service", "unit"})
        for (const auto& [key, view] : View(run.previous())[part].members())
            if (view["file"] && !c[part][key]["file"])
                gone |= run.remove(unit_file(unit_of(unescape(key).value_or(key), view)));
    if (!restart.empty() || gone)
        reload(run);
    std::vector<Unit> units;
    each(run, [&](const Unit& u) {
        if (!u.file["only"].flag())
            units.push_back(u);
    });
    Told enabled = enabled_now(run, units), active = active_now(run, units);
    for (size_t i = 0; i < units.size(); i++) {
        if (enabling(run, units[i], enabled[units[i].name]))
            enabled = enabled_now(run, {units.begin() + long(i) + 1, units.end()});
        starting(run, units[i], active[units[i].name]);
    }
    for (const std::string& name : restart)
        run.service(name, "condrestart");
}

void unconfigure_systemd(Run& run) {
    bool gone = false;
    each(run, [&](const Unit& u) {
        if (u.file)
            gone |= run.remove(unit_file(u));
    });
    if (gone)
        reload(run);
    run.info("units stay enabled, disabled or masked as they are");
}

}  // namespace

extern const Component systemd_component{
    .name = "systemd",
    .about = "which units are enabled and running, and their files",
    .configure = configure_systemd,
    .unconfigure = unconfigure_systemd};

}  // namespace weft::ncm
