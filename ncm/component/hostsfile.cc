// hostsfile: names of hosts the node must know without asking anybody, in /etc/hosts.
#include <fmt/core.h>

#include <map>
#include <set>

#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr std::string_view first_line =
    "# Lines marked NCM are written by ncm-hostsfile (Weft).";

/// The names on a line: the host's, then its aliases; none for comments.
static std::vector<std::string> names_on(std::string_view line) {
    auto words = split(line.substr(0, line.find('#')));
    if (!words.empty())
        words.erase(words.begin());
    return words;
}

static bool is_our_line(std::string_view line) {
    return line.find("# NCM") != std::string_view::npos && !names_on(line).empty();
}

static std::string entry(const std::string& host, View e, const std::string& domain) {
    std::string aliases;
    if (e["aliases"])
        aliases = join(e["aliases"].texts(), " ");
    else if (size_t dot = host.find('.'); dot != std::string::npos)
        aliases = host.substr(0, dot);
    else if (!domain.empty())
        aliases = host + "." + domain;
    std::string line = e["ipaddr"].text() + "\t" + host + (aliases.empty() ? "" : " " + aliases);
    line = fmt::format("{:<40} # NCM", line);
    if (auto comment = e["comment"].maybe())
        line += " " + *comment;
    return line;
}

static void configure_hostsfile(Run& run) {
    View c = run.config();
    std::string path = c["file"].text("/etc/hosts");
    std::string domain = View(run.extra("/system/network"))["domainname"].text();
    std::string before = run.read(path).value_or("");

    // Who stands where now: a host we configure keeps its place.
    std::map<std::string, std::string, std::less<>> wanted;
    for (const auto& [host, e] : c["entries"].members()) {
        if (!e["ipaddr"])
            run.error("no address for host '" + host + "'");
        else if (std::string line = entry(host, e, domain); line.find('\n') != std::string::npos)
            run.error("a line end in the entry of host '" + host + "'");
        else
            wanted[host] = line;
    }
    if (run.errors())
        return;
    bool takeover = c["takeover"].flag();

    std::string after;
    std::set<std::string, std::less<>> done;
    auto put = [&](std::string_view line) {
        after += line;
        after += '\n';
    };
    if (!wanted.empty())
        put(first_line);
    // First the lines of others, which may forbid ours.
    std::set<std::string, std::less<>> foreign;
    if (!takeover)
        for (std::string_view line : lines(before))
            if (!is_our_line(line))
                for (const std::string& name : names_on(line))
                    foreign.insert(name);
    for (const auto& [host, line] : wanted)
        if (foreign.count(host))
            run.info("the entry of '" + host + "' is somebody else's and stays as it is");
    auto take = [&](const std::vector<std::string>&
                        names) {  // the line of the first of these names we configure
        bool any = false;
        for (const std::string& name : names) {
            auto it = wanted.find(name);
            if (it == wanted.end() || foreign.count(name))
                continue;
            any = true;
            if (done.insert(name).second)
                put(it->second);
        }
        return any;
    };
    for (std::string_view line : lines(before)) {
        if (line == first_line)
            continue;
        auto names = names_on(line);
        if (names.empty()) {
            put(line);
            continue;
        }
        if (is_our_line(line)) {
            take(names);
            continue;
        }
        if (!takeover || !take(names))
            put(line);
    }
    for (const auto& [host, line] : wanted)
        if (!foreign.count(host) && done.insert(host).second)
            put(line);
    run.file(path, after);
}

static void unconfigure_hostsfile(Run& run) {
    std::string path = run.config()["file"].text("/etc/hosts");
    auto before = run.read(path);
    if (!before)
        return;
    std::string after;
    for (std::string_view line : lines(*before))
        if (line != first_line && !is_our_line(line)) {
            after += line;
            after += '\n';
        }
    run.file(path, after);
}

extern const Component hostsfile_component{
    .name = "hostsfile",
    .about = "hosts the node knows by file: lines of /etc/hosts",
    .watch = {"/system/network"},
    .configure = configure_hostsfile,
    .unconfigure = unconfigure_hostsfile};

}  // namespace weft::ncm
