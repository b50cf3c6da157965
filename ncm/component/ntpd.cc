// ntpd: where the time comes from: /etc/ntp.conf and the servers asked at start.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>

#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

constexpr const char* ntp_file = "/etc/ntp.conf";
constexpr const char* ntp_steps = "/etc/ntp/step-tickers";

/// "iburst maxpoll 10": what is true by its name alone, the others with their value.
std::string ntp_options(View options) {
    std::vector<std::string> words;
    for (const auto& [key, value] : options.members()) {
        if (!value.element()->is(Kind::boolean))
            words.push_back(key + " " + value.line());
        else if (value.flag())
            words.push_back(key);
    }
    return join(words, " ");
}

std::optional<std::string> address_of(const std::string& host) {
    struct addrinfo hints {};
    hints.ai_socktype = SOCK_DGRAM;
    struct addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) || !found)
        return std::nullopt;
    char text[256];
    int bad = getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0,
                          NI_NUMERICHOST);
    freeaddrinfo(found);
    return bad ? std::nullopt : std::optional<std::string>(text);
}

struct TimeServer {
    std::string name;
    View options;
};

std::vector<TimeServer> time_servers(Run& run) {
    View c = run.config();
    std::vector<TimeServer> all, usable;
    for (View s : c["servers"].items())
        all.push_back({s.line(), c["defaultoptions"]});
    for (View s : c["serverlist"].items())
        all.push_back({s["server"].line(), s["options"] ? s["options"] : c["defaultoptions"]});
    for (TimeServer& s : all) {
        auto address = address_of(s.name);
        if (!address) {
            run.warn(fmt::format("time server '{}' has no address and is left out", s.name));
            continue;
        }
        if (c["useserverip"].flag())
            s.name = *address;
        usable.push_back(s);
    }
    if (usable.empty())
        throw Error(exit_data, "there is no time server with an address");
    return usable;
}

std::string ntp_text(Run& run, const std::vector<TimeServer>& servers) {
    View c = run.config();
    std::string text = run.header();
    auto put = [&](const std::string& line) {
        text += line + "\n";
    };
    auto word = [&](const char* key, const char* as = nullptr) {
        if (c[key])
            put(std::string(as ? as : key) + " " + c[key].line());
    };
    put("restrict default " +
        (c["restrictdefault"] ? ntp_options(c["restrictdefault"]) : "ignore"));
    if (c["authenticate"].flag())
        put("authenticate yes");
    word("broadcastdelay");
    if (c["keyfile"]) {
        word("keyfile", "keys");
        std::vector<long> keys;
        for (View k : c["trustedkey"].items())
            keys.push_back(k.number());
        std::sort(keys.begin(), keys.end());
        std::vector<std::string> words;
        for (long k : keys)
            words.push_back(std::to_string(k));
        if (!words.empty())
            put("trustedkey " + join(words, " "));
        word("requestkey");
        word("controlkey");
    }
    word("driftfile");
    if (c["includefile"]) {
        if (run.exists(c["includefile"].line()))
            word("includefile");
        else
            run.warn(
                fmt::format("'{}' does not exist and is not included", c["includefile"].line()));
    }
    for (const char* key : {"tinker", "enable", "disable"})
        if (c[key])
            put(std::string(key) + " " + ntp_options(c[key]));
    for (const TimeServer& s : servers) {
        std::string options = ntp_options(s.options);
        put("server " + s.name + (options.empty() ? "" : " " + options));
        put("restrict " + s.name +
            (s.name.find(':') == std::string::npos ? " mask 255.255.255.255" : "") +
            " nomodify notrap noquery");
    }
    if (c["includelocalhost"].flag(true))
        put("fudge 127.127.1.0 stratum 10");
    if (c["enablelocalhostdebug"].flag(true)) {
        put("restrict 127.0.0.1 nomodify notrap");
        put("restrict ::1 nomodify notrap");
    }
    if (!c["clientnetworks"].items().empty())
        put("server 127.0.0.1");
    for (View n : c["clientnetworks"].items())
        put(fmt::format("restrict {} mask {} nomodify notrap", n["net"].line(), n["mask"].line()));
    for (View i : c["interface"].items())
        put(fmt::format("interface {} {}", i["action"].line(), i["match"].line()));
    word("logfile");
    std::vector<std::string> log;
    for (View l : c["logconfig"].items())
        log.push_back(l.line());
    if (!log.empty())
        put("logconfig " + join(log, " "));
    word("statsdir");
    if (c["statistics"])
        put("statistics " + ntp_options(c["statistics"]));
    for (View f : c["filegen"].items()) {
        std::string line = fmt::format("filegen {} file {}", f["name"].line(), f["file"].line());
        if (f["type"])
            line += " type " + f["type"].line();
        for (const char* key : {"linkornolink", "enableordisable"})
            if (f[key])
                line += " " + f[key].line();
        put(line);
    }
    return text;
}

void configure_ntpd(Run& run) {
    View c = run.config();
    auto servers = time_servers(run);
    FileSpec spec{.mode = 0644};
    if (c["group"])
        spec = {.mode = 0640, .owner = "root", .group = c["group"].text()};
    std::string steps;
    for (const TimeServer& s : servers)
        steps += s.name + "\n";
    spec.backup = run.original(ntp_file);
    bool changed = run.file(ntp_file, ntp_text(run, servers), spec);
    spec.backup = "";
    changed |= run.file(ntp_steps, steps, spec);
    if (changed)
        run.service(c["servicename"].text(run.debian() ? "ntp" : "ntpd"), "restart");
}

void unconfigure_ntpd(Run& run) {
    run.remove(ntp_steps);
    if (run.give_back(ntp_file, ".old"))
        run.service(run.config()["servicename"].text(run.debian() ? "ntp" : "ntpd"), "condrestart");
}

}  // namespace

extern const Component ntpd_component{.name = "ntpd",
                                      .about = "time servers: /etc/ntp.conf, and the service",
                                      .configure = configure_ntpd,
                                      .unconfigure = unconfigure_ntpd};

}  // namespace weft::ncm
