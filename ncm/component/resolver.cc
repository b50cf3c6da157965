// resolver: /etc/resolv.conf, and a local cache's list of servers when there is one.
#include "base/error.hh"
#include "ncm/component.hh"

namespace weft::ncm {

static constexpr const char* resolver_file = "/etc/resolv.conf";
static constexpr const char* cache_servers = "/var/spool/dnscache/servers/@";

static void configure_resolver(Run& run) {
    View c = run.config();
    std::string text = run.header(), forwarders;
    bool cache = c["dnscache"].flag();
    if (c["servers"].items().empty())
        throw Error(exit_data, "no name servers");
    std::vector<std::string> search;
    for (View s : c["search"].items())
        search.push_back(s.line());
    if (!search.empty())
        text += "search " + join(search, " ") + "\n";
    if (cache)
        text += "nameserver 127.0.0.1\n";
    for (View s : c["servers"].items()) {
        if (cache)
            forwarders += s.line() + "\n";
        else
            text += "nameserver " + s.line() + "\n";
    }
    std::vector<std::string> options;
    for (View o : c["options"].items())
        options.push_back(o.line());
    if (!options.empty())
        text += "options " + join(options, " ") + "\n";
    if (cache && run.file(cache_servers, forwarders))
        run.service("dnscache", "restart");
    run.file(resolver_file, text,
             {.mode = 0644, .owner = "root", .group = "root", .backup = ".old"});
}

static void unconfigure_resolver(Run& run) {
    if (!run.exists(std::string(resolver_file) + ".old"))
        return run.warn("there is no earlier '/etc/resolv.conf', this one stays");
    run.give_back(resolver_file, ".old");
}

extern const Component resolver_component{.name = "resolver",
                                          .about = "name servers and search list: /etc/resolv.conf",
                                          .configure = configure_resolver,
                                          .unconfigure = unconfigure_resolver};

}  // namespace weft::ncm
