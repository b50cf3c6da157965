// iptables: the firewall, as rules for iptables-restore and ip6tables-restore or, translated, for
// nft; checked before anything is written.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>

#include <algorithm>

#include "base/error.hh"
#include "base/file.hh"
#include "ncm/component.hh"

namespace weft::ncm {

namespace {

/// What a rule may say, in the order of the line; `module` is loaded for it, a flag has no value.
struct Word {
    const char *key, *option, *module;
    enum Kind { value, name, address, quoted, flag, no_flag } kind = value;
};
constexpr Word before_jump[] = {{"source", "-s", "", Word::address},
                                {"src", "-s", "", Word::address},
                                {"src_addr", "-s", "", Word::address},
                                {"destination", "-d", "", Word::address},
                                {"dst", "-d", "", Word::address},
                                {"dst_addr", "-d", "", Word::address},
                                {"protocol", "-p", ""},
                                {"in-interface", "-i", ""},
                                {"in_interface", "-i", ""},
                                {"out-interface", "-o", ""},
                                {"out_interface", "-o", ""},
                                {"fragment", "-f", "", Word::flag},
                                {"nofragment", "-f", "", Word::no_flag},
                                {"set", "--set", "recent", Word::flag},
                                {"rcheck", "--rcheck", "recent", Word::flag},
                                {"update", "--update", "recent", Word::flag},
                                {"remove", "--remove", "recent", Word::flag},
                                {"rdest", "--rdest", "recent", Word::flag},
                                {"rsource", "--rsource", "recent", Word::flag},
                                {"rttl", "--rttl", "recent", Word::flag},
                                {"seconds", "--seconds", "recent"},
                                {"hitcount", "--hitcount", "recent"},
                                {"name", "--name", "recent"},
                                {"src_port", "--sport", ""},
                                {"dst_port", "--dport", ""},
                                {"src_ports", "--sports", "multiport"},
                                {"dst_ports", "--dports", "multiport"},
                                {"syn", "--syn", "", Word::flag},
                                {"nosyn", "--syn", "", Word::no_flag},
                                {"tcp-flags", "--tcp-flags", ""},
                                {"tcp-option", "--tcp-option", ""},
                                {"icmp-type", "--icmp-type", ""},
                                {"icmp_type", "--icmp-type", ""},
                                {"pkt-type", "--pkt-type", "pkttype"},
                                {"state", "--state", "state"},
                                {"ctstate", "--ctstate", "conntrack"},
                                {"ttl", "--ttl-eq", "ttl"},
                                {"tos", "--tos", "tos"},
                                {"uid-owner", "--uid-owner", "owner"},
                                {"sid-owner", "--sid-owner", "owner"},
                                {"limit", "--limit", "limit"},
                                {"limit-burst", "--limit-burst", "limit"},
                                {"length", "--length", "length"},
                                {"comment", "--comment", "comment", Word::quoted}};
constexpr Word after_jump[] = {{"log-prefix", "--log-prefix", "", Word::quoted},
                               {"log-level", "--log-level", ""},
                               {"log-tcp-sequence", "--log-tcp-sequence", "", Word::flag},
                               {"log-tcp-options", "--log-tcp-options", "", Word::flag},
                               {"log-ip-options", "--log-ip-options", "", Word::flag},
                               {"log-uid", "--log-uid", "", Word::flag},
                               {"reject-with", "--reject-with", ""},
                               {"set-class", "--set-class", ""},
                               {"to-destination", "--to-destination", ""},
                               {"to-source", "--to-source", ""},
                               {"to-ports", "--to-ports", ""}};

struct Table {
    const char* name;
    std::vector<std::string> chains,
        targets;  ///< the targets in the order in which unordered rules stand
};
const Table tables[] = {
    {"filter",
     {"INPUT", "OUTPUT", "FORWARD"},
     {"LOG", "ACCEPT", "*", "REJECT", "RETURN", "CLASSIFY", "ULOG", "DROP"}},
    {"nat",
     {"PREROUTING", "OUTPUT", "POSTROUTING"},
     {"DNAT", "SNAT", "MASQUERADE", "REDIRECT", "*", "LOG"}},
    {"mangle",
     {"PREROUTING", "INPUT", "OUTPUT", "FORWARD", "POSTROUTING"},
     {"TOS", "TTL", "MARK", "NETMAP", "CLASSIFY", "DSCP", "ECN", "SAME", "TCPMSS", "*"}}};

std::string upper(std::string s) {
    std::transform(s.begin(), s.end(), s.begin(),
                   [](unsigned char c) { return char(std::toupper(c)); });
    return s;
}

bool contains(const std::vector<std::string>& all, const std::string& word) {
    return std::find(all.begin(), all.end(), word) != all.end();
}

/// The two protocols have programs, files and kernel tables of their own.
struct Family {
    int number;
    const char *name, *restore,
        *key;  ///< key: where its tables are below the component; "" for the component itself
    const char *red_hat, *debian;  ///< the file of rules and, for Red Hat, its service
    const char* service;
};
constexpr Family families[] = {{AF_INET, "ip", "iptables-restore", "", "/etc/sysconfig/iptables",
                                "/etc/iptables/rules.v4", "iptables"},
                               {AF_INET6, "ip6", "ip6tables-restore", "ipv6",
                                "/etc/sysconfig/ip6tables", "/etc/iptables/rules.v6", "ip6tables"}};

/// What the component says about a family, in the given configuration; nothing when it does not
/// speak of it.
View tables_of(View config, const Family& f) {
    View v = *f.key ? config[f.key] : config;
    for (const Table& t : tables)
        if (v[t.name])
            return v;
    return {};
}

/// A name as it is now: when the rules are loaded at boot nobody can be asked.
std::string numeric(const Run& run, const Family& family, const std::string& address) {
    size_t slash = address.find('/');
    std::string host = address.substr(0, slash);
    unsigned char a[16];
    if (inet_pton(family.number, host.c_str(), a) == 1)
        return address;
    if (slash != std::string::npos || run.rooted() || host.find(':') != std::string::npos)
        throw Error(exit_data, fmt::format("'{}' is no IPv{} address", address,
                                           family.number == AF_INET ? 4 : 6));
    struct addrinfo hints {
    }, *list = nullptr;
    hints.ai_family = family.number;
    if (int failed = getaddrinfo(host.c_str(), nullptr, &hints, &list))
        throw Error(exit_data,
                    fmt::format("host '{}' has no address: {}", host, gai_strerror(failed)));
    char text[NI_MAXHOST];
    int failed =
        getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    freeaddrinfo(list);
    if (failed)
        throw Error(exit_data,
                    fmt::format("host '{}' has no address: {}", host, gai_strerror(failed)));
    return text;
}

class Rules {
public:
    Rules(Run& run, const Family& family, View all) : run_(run), family_(family), all_(all) {}

    std::string text() {
        std::string out = run_.header();
        for (const Table& t : tables)
            if (View v = all_[t.name])
                out += table(t, v);
        return out;
    }

private:
    std::string words(const Word& w, View v) const {
        if (w.kind == Word::flag)
            return v.flag() ? fmt::format(" {}", w.option) : "";
        if (w.kind == Word::no_flag)
            return v.flag() ? fmt::format(" ! {}", w.option) : "";
        std::string value = v.line(), no;
        value.erase(0, value.find_first_not_of(' '));
        if (value.starts_with('!')) {
            no = "! ";
            value.erase(0, value.find_first_not_of(' ', 1));
        }
        if (w.kind == Word::address)
            value = numeric(run_, family_, value);
        if (w.kind == Word::quoted) {
            // No two of these programs agree on how a quote inside quotes is written.
            if (value.find_first_of("\"\\") != std::string::npos)
                throw Error(exit_data,
                            fmt::format("{}: a quote or a backslash in '{}'", w.key, value));
            value = "\"" + value + "\"";
        } else if (std::string_view key = w.key;
                   value.empty() ||
                   (value.find_first_of(" \t;\"") != std::string::npos && key != "tcp-flags")) {
            throw Error(exit_data, fmt::format("{}: '{}' is not one word", w.key, value));
        }
        bool icmp6 = family_.number == AF_INET6 && std::string_view(w.option) == "--icmp-type";
        return fmt::format(" {}{} {}", no, icmp6 ? "--icmpv6-type" : w.option, value);
    }

    std::string rule(View r, const std::string& chain, const std::string& target) const {
        std::string command = r["command"].text("-A");
        if (command == "append")
            command = "-A";
        if (command == "insert")
            command = "-I";
        if (command != "-A" && command != "-I")
            throw Error(
                exit_data,
                "command '" + command +
                    "': the rules are written as a whole, only append and insert make sense");
        std::string line = command + " " + chain, loaded = " ";
        if (auto module = r["match"].maybe(); module && *module != r["protocol"].text()) {
            line += " -m " + r["match"].line();
            loaded += *module + " ";
        }
        for (const Word& w : before_jump) {
            if (!r[w.key])
                continue;
            std::string said = words(w, r[w.key]), module = w.module;
            if (said.empty())
                continue;
            if (!module.empty() && loaded.find(" " + module + " ") == std::string::npos) {
                line += " -m " + module;
                loaded += module + " ";
            }
            line += said;
        }
        if (!target.empty())
            line += " -j " + target;
        for (const Word& w : after_jump)
            if (r[w.key])
                line += words(w, r[w.key]);
        return line;
    }

    std::string table(const Table& t, View v) const {
        std::string out = fmt::format("*{}\n", t.name);
        for (const std::string& chain : t.chains) {
            std::string key = chain;
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
            if (v["preamble"][key])
                out += fmt::format(":{} {}\n", chain, join(split(v["preamble"][key].line()), " "));
        }
        std::vector<std::string> own;  // chains of the site
        auto declare = [&](const std::string& chain) {
            if (!contains(t.chains, chain) && !contains(own, chain))
                own.push_back(chain);
        };
        struct Line {
            size_t rank;
            std::string text;
        };
        std::vector<Line> lines;
        bool ordered = v["ordered_rules"].flag();
        size_t n = 0;
        for (View r : v["rules"].items())
            try {
                n++;
                std::string chain = upper(r["chain"].line()), target;
                for (const char* key : {"jump", "target"})
                    if (r[key] && target.empty())
                        target = upper(r[key].line());
                if (chain.empty())
                    throw Error(exit_data, "no chain");
                if ((chain + target).find_first_of(" \t;\"") != std::string::npos)
                    throw Error(exit_data, "blanks in the name of a chain");
                declare(chain);
                if (r["new_chain"] || r["command"].text() == "-N" ||
                    r["command"].text() == "new_chain")
                    continue;
                if (!target.empty() && target != "QUEUE" && target != "NFQUEUE" &&
                    target != "NOTRACK" && !contains(t.targets, target) && is_chain(v, target))
                    declare(target);
                auto at = std::find(t.targets.begin(), t.targets.end(),
                                    contains(t.targets, target) ? target : "*");
                Line line{ordered ? 0 : size_t(at - t.targets.begin()), rule(r, chain, target)};
                if (std::none_of(lines.begin(), lines.end(),
                                 [&](const Line& l) { return l.text == line.text; }))
                    lines.push_back(std::move(line));
            } catch (const Error& e) {
                throw Error(exit_data, fmt::format("{}table {}, rule {}: {}",
                                                   family_.number == AF_INET6 ? "ipv6, " : "",
                                                   t.name, n - 1, e.message));
            }
        for (const std::string& chain : own)
            out += fmt::format(":{} - [0:0]\n", chain);
        std::stable_sort(lines.begin(), lines.end(),
                         [](const Line& a, const Line& b) { return a.rank < b.rank; });
        for (const Line& l : lines)
            out += l.text + "\n";
        std::string last = v["epilogue"].text();
        while (last.ends_with('\n'))
            last.pop_back();
        if (!last.empty())
            out += last + "\n";
        return last.ends_with("COMMIT") ? out : out + "COMMIT\n";
    }
    /// Does any rule stand in, or make, this chain?
    static bool is_chain(View v, const std::string& name) {
        auto rules = v["rules"].items();
        return std::any_of(rules.begin(), rules.end(), [&](View r) {
            return upper(r["chain"].text()) == name || upper(r["new_chain"].text()) == name;
        });
    }

    Run& run_;
    const Family& family_;
    View all_;
};

struct Place {
    std::string path, service, action;
};
bool for_nft(Run& run) {
    std::string backend = run.config()["backend"].text("iptables");
    if (backend != "nftables" && backend != "iptables")
        throw Error(exit_data, "there is no backend '" + backend + "'", {},
                    "there are iptables, nftables");
    return backend == "nftables";
}
Place place_of_nft(Run& run) {
    return {run.debian() ? "/etc/nftables.conf" : "/etc/sysconfig/nftables.conf", "nftables",
            "reload"};
}
Place place_of(Run& run, const Family& f) {
    if (run.debian())
        return {f.debian, "netfilter-persistent", "restart"};
    return {f.red_hat, f.service, "condrestart"};
}
/// The same rules in the words of nft. Only the tables that are ours are replaced.
std::string as_nft(Run& run, const Family& f, View all, const std::string& rules) {
    std::string translate = std::string(f.restore) + "-translate";
    if (!Run::have(translate))
        throw Error(exit_unavailable, translate + " is not installed: no rules for nft without it");
    ScratchDir dir;
    write_file(dir.path() + "/rules", rules, {.mode = 0600, .sync = false});
    ProcessResult r = run.ask({translate, "-f", dir.path() + "/rules"});
    if (!r.ok())
        throw Error(exit_data,
                    translate + " refuses the rules: " + r.err.substr(0, r.err.find('\n')));
    std::string out;
    for (const Table& t : tables)
        if (all[t.name])
            out += fmt::format("add table {0} {1}\ndelete table {0} {1}\n", f.name, t.name);
    for (std::string_view line : lines(r.out)) {
        if (line.starts_with("# -") || line.starts_with("#-"))
            throw Error(exit_data,
                        "the rule cannot be expressed in nft: " + std::string(line.substr(1)));
        if (!line.empty() && line[0] != '#') {
            out += line;
            out += '\n';
        }
    }
    return out;
}

/// The kernel's opinion, where there is one to ask.
bool accepted(Run& run, const std::vector<std::string>& words, const std::string& text) {
    if (run.rooted() || !Run::have(words[0]))
        return true;
    ProcessResult r = run.ask(words, text);
    if (r.ok())
        return true;
    while (r.err.ends_with('\n'))
        r.err.pop_back();
    run.error(fmt::format("{} refuses the new rules, the old ones stay: {}", words[0], r.err));
    return false;
}

void write(Run& run, const Place& place, const std::string& text) {
    if (run.file(
            place.path, text,
            {.mode = 0600, .owner = "root", .group = "root", .backup = run.original(place.path)}))
        run.service(place.service, place.action);
}

/// Nothing is written unless all of it is accepted.
void configure_iptables(Run& run) {
    bool nft = for_nft(run), good = true;
    std::string words = "#!/usr/sbin/nft -f\n" + run.header();
    std::vector<std::pair<Place, std::string>> files;
    for (const Family& f : families) {
        View all = tables_of(run.config(), f);
        if (!all)
            continue;
        std::string text = Rules(run, f, all).text();
        if (nft) {
            words += as_nft(run, f, all, text);
            continue;
        }
        good &= accepted(run, {f.restore, "--test"}, text);
        files.emplace_back(place_of(run, f), std::move(text));
    }
    if (nft) {
        good = accepted(run, {"nft", "-c", "-f", "-"}, words);
        files.emplace_back(place_of_nft(run), std::move(words));
    }
    if (!good)
        return;
    for (const auto& [place, text] : files)
        write(run, place, text);
}

void give_back(Run& run, const Place& place) {
    if (!run.exists(place.path + ".old"))
        return run.warn(fmt::format("there are no earlier rules, '{}' stays", place.path));
    if (run.give_back(place.path, ".old"))
        run.service(place.service, place.action);
}

void unconfigure_iptables(Run& run) {
    if (for_nft(run))
        return give_back(run, place_of_nft(run));
    for (const Family& f : families)
        if (tables_of(run.config(), f))
            give_back(run, place_of(run, f));
}

}  // namespace

extern const Component iptables_component{
    .name = "iptables",
    .about = "the firewall of both protocols, for iptables or nft, checked by them, and a reload",
    .configure = configure_iptables,
    .unconfigure = unconfigure_iptables};

}  // namespace weft::ncm
