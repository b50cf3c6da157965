// etcservices: names of ports in /etc/services.
#include <fmt/core.h>

#include <set>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* services_file = "/etc/services";

/// "smtp/tcp" of a line; empty for comments.
static std::string service_key(std::string_view line) {
    auto w = split(line.substr(0, line.find('#')));
    size_t slash = w.size() < 2 ? std::string::npos : w[1].find('/');
    return slash == std::string::npos ? "" : w[0] + w[1].substr(slash);
}

static void configure_etcservices(Run& run) {
    std::vector<std::pair<std::string, std::string>> wanted;  // by key, in the site's order
    for (View v : run.config()["entries"].items()) {
        std::string line = v.line(), key = service_key(line);
        if (key.empty())
            throw Error(exit_data,
                        fmt::format("'{}' is no entry: name, port/protocol, aliases", line));
        std::erase_if(wanted, [&](auto& w) { return w.first == key; });
        wanted.emplace_back(key, line);
    }
    std::set<std::string> written;
    std::string text, before = run.read(services_file).value_or("");
    for (std::string_view line : lines(before)) {
        // A commented line with the same words is that entry, switched off.
        std::string_view bare = line.starts_with('#') ? line.substr(1) : line;
        std::string key = service_key(bare);
        auto it =
            std::find_if(wanted.begin(), wanted.end(), [&](auto& w) { return w.first == key; });
        if (it == wanted.end() || (line.starts_with('#') && bare != it->second)) {
            text += std::string(line) + '\n';
        } else if (written.insert(key).second) {
            text += it->second + '\n';
        }
    }
    for (auto& [key, line] : wanted)
        if (!written.count(key))
            text += line + '\n';
    run.file(services_file, text);
}

static void unconfigure_etcservices(Run& run) { run.info("names of ports stay in /etc/services"); }

extern const Component etcservices_component{.name = "etcservices",
                                             .about = "names of ports: lines of /etc/services",
                                             .configure = configure_etcservices,
                                             .unconfigure = unconfigure_etcservices};

}  // namespace weft::ncm
