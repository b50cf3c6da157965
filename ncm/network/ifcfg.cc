// The files of Red Hat's network scripts, which NetworkManager reads too.
#include <fmt/core.h>

#include "ncm/network/network.hh"

namespace weft::ncm::network {

namespace {

const std::string folder = "/etc/sysconfig/network-scripts/";

std::string yesno(bool b) { return b ? "yes" : "no"; }

std::string ifcfg_file(const Interface& i) {
    std::string out;
    auto put = [&](const char* key, const std::string& value) {
        if (!value.empty())
            out += fmt::format(
                "{}={}\n", key,
                value.find_first_of(" =") == std::string::npos ? value : "'" + value + "'");
    };
    put("ONBOOT", yesno(i.onboot));
    put("NM_CONTROLLED", "no");
    put("DEVICE", i.name);
    static constexpr const char* types[] = {"Ethernet", "Bond", "Bridge",
                                            "Vlan",     "IPIP", "Ethernet"};
    put("TYPE", i.kind == Interface::ovs ? i.switched.type : types[i.kind]);
    if (const Ovs& o = i.switched; i.kind == Interface::ovs)
        for (const auto& [key, value] : {std::pair{"DEVICETYPE", std::string("ovs")},
                                         {"OVS_BRIDGE", o.bridge},
                                         {"OVS_OPTIONS", o.options},
                                         {"OVS_EXTRA", o.extra},
                                         {"BOND_IFACES", join(o.bonded, " ")},
                                         {"OVS_TUNNEL_TYPE", o.tunnel_type},
                                         {"OVS_TUNNEL_OPTIONS", o.tunnel_options},
                                         {"OVS_PATCH_PEER", o.peer}})
            put(key, value);
    if (i.kind == Interface::bond)
        put("BONDING_MASTER", "yes");
    put("BRIDGE", i.bridge_of);
    put("MACADDR", i.mac);
    if (i.mtu)
        put("MTU", std::to_string(i.mtu));
    bool part = !i.bond_of.empty() || !i.bridge_of.empty();
    put("BOOTPROTO", i.dhcp ? "dhcp" : i.addresses.empty() || part ? "none" : "static");
    if (!i.bond_of.empty()) {
        put("MASTER", i.bond_of);
        put("SLAVE", "yes");
    }
    int n4 = 0;
    std::string first6, more6;
    for (const Address& a : i.addresses) {
        if (i.kind == Interface::ipip && &a == &i.addresses.back())
            break;  // the inner one has words of its own
        if (a.v6()) {
            if (first6.empty())
                first6 = a.text();
            else
                more6 += (more6.empty() ? "" : " ") + a.text();
            continue;
        }
        if (!a.label.empty())
            continue;  // a file of its own
        std::string n = n4++ ? std::to_string(n4 - 1) : "";
        put(("IPADDR" + n).c_str(), a.ip);
        put(("NETMASK" + n).c_str(), netmask_of(a.prefix));
        put(("BROADCAST" + n).c_str(), a.broadcast);
    }
    put("GATEWAY", i.gateway4);
    put("IPV6ADDR", first6);
    put("IPV6ADDR_SECONDARIES", more6);
    put("IPV6_DEFAULTGW", i.gateway6);
    if (i.autoconf6)
        put("IPV6_AUTOCONF", yesno(*i.autoconf6));
    if (!first6.empty() || i.autoconf6.value_or(false))
        put("IPV6INIT", "yes");
    if (i.stp)
        put("STP", *i.stp ? "on" : "off");
    if (i.delay)
        put("DELAY", std::to_string(*i.delay));
    std::vector<std::string> options;
    for (const auto& [name, value] : i.options.members()) {
        std::vector<std::string> words;
        for (View v : value.items())
            words.push_back(v.line());
        options.push_back(name + "=" + join(words, ","));
    }
    put("BONDING_OPTS", join(options, " "));
    if (i.kind == Interface::vlan)
        put("VLAN", "yes");
    const Tunnel& t = i.tunnel;
    if (i.kind == Interface::ipip) {
        put("MY_INNER_IPADDR", i.addresses.back().text());
        put("MY_OUTER_IPADDR", t.local);
        put("PEER_OUTER_IPADDR", t.remote);
    }
    if (i.kind == Interface::vxlan) {
        put("VXLAN", "yes");
        put("VNI", std::to_string(t.id));
        put("GROUP_IPADDR", t.group);
        put("REMOTE_IPADDR", t.remote);
        put("LOCAL_IPADDR", t.local);
        if (t.port)
            put("DSTPORT", std::to_string(t.port));
        if (t.policy)
            put("GBP", "yes");
    }
    put("PHYSDEV", i.physdev);
    put("PEERDNS", "no");
    return out;
}

bool write_ifcfg(Run& run, const Network& net) {
    std::vector<std::string> wanted;
    bool changed = false;
    auto put = [&](const std::string& name, const std::string& text) {
        if (text.empty())
            return;
        wanted.push_back(name);
        changed |= run.file(folder + name, run.header() + text);
    };
    for (const Interface& i : net.interfaces) {
        put("ifcfg-" + i.name, ifcfg_file(i));
        for (const Address& a : i.addresses)
            if (!a.label.empty())
                put("ifcfg-" + i.name + ":" + a.label,
                    fmt::format("DEVICE={}:{}\nIPADDR={}\nNETMASK={}\n{}", i.name, a.label, a.ip,
                                netmask_of(a.prefix),
                                a.broadcast.empty() ? "" : "BROADCAST=" + a.broadcast + "\n"));
        std::string routes[2], rules[2];
        for (const Route& r : i.routes)
            routes[r.v6] += route_words(r, i.name) + "\n";
        for (const Rule& r : i.rules)
            rules[r.v6()] += rule_words(r) + "\n";
        put("route-" + i.name, routes[0]);
        put("route6-" + i.name, routes[1]);
        put("rule-" + i.name, rules[0]);
        put("rule6-" + i.name, rules[1]);
    }
    for (const char* prefix : {"ifcfg-", "route", "rule"})
        changed |= remove_stale(run, folder, prefix, wanted);
    std::string common = run.header() + "NETWORKING=yes\nHOSTNAME=" + net.hostname + "\n";
    if (!net.default_gateway.empty())
        common += "GATEWAY=" + net.default_gateway + "\n";
    return run.file("/etc/sysconfig/network", common,
                    {.mode = 0644, .owner = {}, .group = {}, .backup = ".old"}) ||
           changed;
}

}  // namespace

extern const Backend ifcfg{.name = "ifcfg", .write = write_ifcfg, .service = "network"};

}  // namespace weft::ncm::network
