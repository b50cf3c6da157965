// chkconfig: services that start with the system, by `chkconfig` where it is, else by `systemctl`.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

/// Hard to come back from when they are gone, so never switched off by the default.
const std::set<std::string> protected_services = {"network", "messagebus", "haldaemon", "sshd"};

struct ServiceWish {
    enum State { kept, on, off, removed, added, reset } state = kept;
    std::string name, levels;
    bool start_stop = false;
};

std::string run_levels(const std::string& name, View v) {
    std::string levels = v.line();
    if (levels.find_first_not_of("01234567") != std::string::npos)
        throw Error(exit_data, fmt::format("'{}' of service '{}' are no run levels", levels, name));
    return levels;
}

/// Of several words the strongest counts: del, off, on, reset, add.
ServiceWish service_wish(const std::string& key, View v) {
    ServiceWish w;
    w.name = v["name"].line(key);
    if (w.name.empty() || w.name[0] == '-' || w.name.find_first_of("/ \t") != std::string::npos)
        throw Error(exit_data, fmt::format("'{}' is no name of a service", w.name));
    w.start_stop = v["startstop"].flag();
    if (v["del"].flag())
        w.state = ServiceWish::removed;
    else if (v["off"])
        w.state = ServiceWish::off;
    else if (v["on"])
        w.state = ServiceWish::on;
    else if (v["reset"])
        w.state = ServiceWish::reset;
    else if (v["add"].flag())
        w.state = ServiceWish::added;
    for (auto [state, word] : {std::pair(ServiceWish::off, "off"),
                               {ServiceWish::on, "on"},
                               {ServiceWish::reset, "reset"}})
        if (w.state == state)
            w.levels = run_levels(w.name, v[word]);
    return w;
}

std::vector<ServiceWish> service_wishes(Run& run) {
    std::vector<ServiceWish> all;
    for (const auto& [key, view] : run.config()["service"].unescaped()) {
        try {
            all.push_back(service_wish(key, view));
        } catch (const Error& e) {
            run.error(e.message);
        }
    }
    return all;
}

/// By name, the levels in which it is on, as `chkconfig --list` tells: "sshd 0:off 1:off 2:on ...".
std::map<std::string, std::string> levels_now(Run& run, const std::string& program) {
    ProcessResult r = run.ask({program, "--list"});
    if (!r.ok())
        throw Error(exit_unavailable,
                    "'chkconfig --list' failed: " + r.err.substr(0, r.err.find('\n')));
    std::map<std::string, std::string> now;
    for (std::string_view line : lines(r.out)) {
        auto w = split(line);
        if (w.size() != 8)
            continue;
        std::string& on = now[w[0]];
        for (size_t i = 1; i < w.size(); i++)
            if (w[i].ends_with(":on"))
                on += w[i][0];
    }
    return now;
}

/// In PATH; this component has its name, and is not meant.
std::string chkconfig_program() {
    std::error_code ec;
    const char* path = std::getenv("PATH");
    for (std::string_view dirs = path ? path : ""; !dirs.empty();) {
        size_t end = std::min(dirs.find(':'), dirs.size());
        std::string file = std::string(dirs.substr(0, end)) + "/chkconfig";
        dirs.remove_prefix(std::min(end + 1, dirs.size()));
        if (::access(file.c_str(), X_OK) == 0 &&
            !std::filesystem::equivalent(file, "/proc/self/exe", ec))
            return file;
    }
    return {};
}

bool same_levels(const std::string& a, const std::string& b) {
    return std::set<char>(a.begin(), a.end()) == std::set<char>(b.begin(), b.end());
}

void by_chkconfig(Run& run, const std::string& program, const std::vector<ServiceWish>& wishes) {
    auto now = levels_now(run, program);
    std::set<std::string> named;
    auto call = [&](std::vector<std::string> words) {
        words.insert(words.begin(), program);
        if (run.command(words) && !run.noaction())
            run.info(join(words, " "));
    };
    for (const ServiceWish& w : wishes) {
        named.insert(w.name);
        bool known = now.count(w.name);
        std::string on = known ? now[w.name] : "", levels = w.levels.empty() ? "2345" : w.levels;
        bool act = false;
        switch (w.state) {
            case ServiceWish::kept: break;
            case ServiceWish::on:
                if (known && same_levels(on, levels))
                    break;
                if (!known)
                    call({"--add", w.name});
                call({w.name, "off"});
                call({"--level", levels, w.name, "on"});
                act = w.start_stop;
                break;
            case ServiceWish::off:
                if (on.find_first_of(levels) == std::string::npos)
                    break;
                call({"--level", levels, w.name, "off"});
                act = w.start_stop;
                break;
            case ServiceWish::removed:
                if (!known)
                    break;
                call({w.name, "off"});
                call({"--del", w.name});
                act = w.start_stop;
                break;
            case ServiceWish::added:
                if (known)
                    break;
                call({"--add", w.name});
                act = w.start_stop;
                break;
            case ServiceWish::reset:
                if (w.levels.empty())
                    call({w.name, "reset"});
                else
                    call({"--level", w.levels, w.name, "reset"});
                break;
        }
        if (act)
            run.service(w.name, w.state == ServiceWish::off || w.state == ServiceWish::removed
                                    ? "stop"
                                    : "start");
    }
    if (run.config()["default"].text() != "off")
        return;
    for (const auto& [name, on] : now) {
        if (named.count(name) || on.empty())
            continue;
        if (protected_services.count(name)) {
            run.warn(fmt::format("'{}' is not switched off by the default", name));
            continue;
        }
        call({name, "off"});
        run.service(name, "stop");
    }
}

void by_systemctl(Run& run, const std::vector<ServiceWish>& wishes) {
    std::vector<std::string> systemctl = {"systemctl"};
    if (run.rooted())
        systemctl.push_back("--root=" + run.real("/"));
    for (const ServiceWish& w : wishes) {
        if (w.state == ServiceWish::kept || w.state == ServiceWish::reset)
            continue;
        bool up = w.state == ServiceWish::on || w.state == ServiceWish::added;
        auto words = systemctl;
        words.insert(words.end(), {"is-enabled", w.name + ".service"});
        ProcessResult r = run.ask(words);
        std::string now = r.out.substr(0, r.out.find('\n'));
        if (now.empty() || now == "not-found") {
            if (up)
                run.error(fmt::format("there is no service '{}'", w.name));
            continue;
        }
        if (now.starts_with("enabled") == up || now == "static")
            continue;
        words[words.size() - 2] = up ? "enable" : "disable";
        if (run.noaction()) {
            run.info("would run: " + join(words, " "));
        } else if (r = run.ask(words); !r.ok()) {
            run.error(fmt::format("cannot {} '{}': {}", up ? "enable" : "disable", w.name,
                                  r.err.substr(0, r.err.find('\n'))));
            continue;
        } else {
            run.info(join(words, " "));
        }
        if (w.start_stop && !run.rooted())
            run.service(w.name, up ? "start" : "stop");
    }
    if (run.config()["default"].text() == "off")
        run.warn("'default' is off: without chkconfig other services stay as they are");
}

void configure_chkconfig(Run& run) {
    auto wishes = service_wishes(run);
    if (std::string program = chkconfig_program(); !program.empty() && !run.rooted())
        by_chkconfig(run, program, wishes);
    else if (Run::have("systemctl"))
        by_systemctl(run, wishes);
    else
        throw Error(exit_unavailable, "neither chkconfig nor systemctl is installed");
}

void unconfigure_chkconfig(Run& run) { run.info("services stay as they are"); }

}  // namespace

extern const Component chkconfig_component{.name = "chkconfig",
                                           .about = "services that start with the system",
                                           .configure = configure_chkconfig,
                                           .unconfigure = unconfigure_chkconfig};

}  // namespace weft::ncm
