// What /system/network says, in order: who is part of whom, whose the default route is.
#include "ncm/network/network.hh"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <bit>

#include "base/error.hh"
#include "ncm/quote.hh"

namespace weft::ncm::network {

static Error wrong(const std::string& name, const std::string& what) {
    return Error(exit_data, fmt::format("interface '{}': {}", name, what));
}

long prefix_of(const std::string& netmask) {
    struct in_addr a {};
    if (inet_pton(AF_INET, netmask.c_str(), &a) == 1)
        if (uint32_t m = ntohl(a.s_addr); (~m & (~m + 1)) == 0)
            return std::popcount(m);
    throw Error(exit_data, "'" + netmask + "' is no netmask");
}

std::string netmask_of(long prefix) {
    uint32_t m = prefix == 0 ? 0 : ~uint32_t(0) << (32 - prefix);
    return fmt::format("{}.{}.{}.{}", m >> 24, m >> 16 & 255, m >> 8 & 255, m & 255);
}

static std::string checked_ip(const std::string& text) {
    unsigned char to[16];
    if (inet_pton(AF_INET, text.c_str(), to) != 1 && inet_pton(AF_INET6, text.c_str(), to) != 1)
        throw Error(exit_data, "'" + text + "' is no address");
    return text;
}

static Address address(View a, std::string label = {}) {
    std::string ip = checked_ip(a["ip"].text());
    if (!a["netmask"])
        throw Error(exit_data, "address '" + ip + "' without a netmask");
    return {ip, prefix_of(a["netmask"].text()),
            a["broadcast"] ? checked_ip(a["broadcast"].text()) : "", std::move(label)};
}

static Address address6(const std::string& text) {
    size_t slash = text.find('/');
    long prefix = 64;
    if (slash != std::string::npos)
        prefix = atol(text.c_str() + slash + 1);
    return {checked_ip(text.substr(0, slash)), prefix};
}

static bool same_network(const std::string& ip, const Address& a) {
    struct in_addr x {
    }, y{};
    if (a.v6() || inet_pton(AF_INET, ip.c_str(), &x) != 1 ||
        inet_pton(AF_INET, a.ip.c_str(), &y) != 1)
        return false;
    uint32_t mask = a.prefix == 0 ? 0 : ~uint32_t(0) << (32 - a.prefix);
    return ((ntohl(x.s_addr) ^ ntohl(y.s_addr)) & mask) == 0;
}

static Route route(View r) {
    if (r["command"])
        throw Error(exit_data,
                    "a route as a command is not understood; say address, prefix, gateway, table");
    Route out;
    out.to = r["address"].text();
    out.via = r["gateway"] ? checked_ip(r["gateway"].text()) : "";
    out.v6 = (out.to + out.via).find(':') != std::string::npos;
    if (out.to != "default") {
        checked_ip(out.to);
        out.to += "/" + std::to_string(r["prefix"]    ? r["prefix"].number()
                                       : r["netmask"] ? prefix_of(r["netmask"].text())
                                       : out.v6       ? 128
                                                      : 32);
    }
    out.kind = r["type"].line();
    out.table = r["table"].line();
    out.onlink = r["onlink"].flag();
    return out;
}

static Rule rule(View r) {
    if (r["command"])
        throw Error(exit_data,
                    "a rule as a command is not understood; say from, to, table, priority");
    Rule out{r["from"].line(), r["to"].line(), r["table"].line(), {}, r["not"].flag()};
    if (r["priority"])
        out.priority = r["priority"].number();
    if (out.from.empty() && out.to.empty())
        throw Error(exit_data, "a rule needs from or to");
    return out;
}

static void good_name(const std::string& name) {
    bool good = !name.empty() && name.size() <= 15 && name[0] != '.' && name[0] != '-';
    for (unsigned char c : name)
        good = good && (std::isalnum(c) || c == '.' || c == '_' || c == '-');
    if (!good)
        throw wrong(name, "that is no name of an interface");
}

/// vlan12, eth0.12: the number at the end; what stands before a dot is the device.
static void read_vlan(Interface& i, View v) {
    size_t digits = i.name.find_last_not_of("0123456789") + 1, dot = i.name.find('.');
    i.vlan_id = digits < i.name.size() && i.name.size() - digits <= 4
                    ? parse_number(i.name.substr(digits), "number", 0, 99999999)
                    : 0;
    i.physdev = v["physdev"].line(dot == std::string::npos ? "" : i.name.substr(0, dot));
    if (i.vlan_id < 1 || i.vlan_id > 4094)
        throw wrong(i.name, "the name of a vlan ends in its number");
    if (i.physdev.empty())
        throw wrong(i.name, "a vlan needs its physdev");
}

static void read_ipip(Interface& i, View v) {
    for (const char* need : {"my_inner_ipaddr", "my_inner_prefix", "my_outer_ipaddr"})
        if (!v[need])
            throw wrong(i.name, fmt::format("a tunnel needs {}", need));
    i.addresses.push_back({checked_ip(v["my_inner_ipaddr"].text()), v["my_inner_prefix"].number()});
    i.tunnel.local = checked_ip(v["my_outer_ipaddr"].text());
    if (v["peer_outer_ipaddr"])
        i.tunnel.remote = checked_ip(v["peer_outer_ipaddr"].text());
}

/// The number is the end of the name unless it is said.
static void read_vxlan(Interface& i, View v, View x) {
    size_t digits = i.name.find_last_not_of("0123456789") + 1;
    i.tunnel.id = x["vni"] ? x["vni"].number()
                  : digits < i.name.size() && i.name.size() - digits <= 8
                      ? parse_number(i.name.substr(digits), "number", 0, 99999999)
                      : -1;
    if (i.tunnel.id < 0 || i.tunnel.id >= 1 << 24)
        throw wrong(i.name, "a vxlan needs its vni");
    if (bool(x["group"]) == bool(x["remote"]))
        throw wrong(i.name, "a vxlan needs group or remote, one of them");
    for (auto [to, from] : {std::pair{&i.tunnel.group, "group"},
                            {&i.tunnel.remote, "remote"},
                            {&i.tunnel.local, "local"}})
        if (x[from])
            *to = checked_ip(x[from].text());
    i.tunnel.port = x["dstport"].number();
    i.tunnel.policy = x["gbp"].flag();
    i.physdev = v["physdev"].line();
    if (i.physdev.empty())
        throw wrong(i.name, "a vxlan needs its physdev");
}

static Ovs read_ovs(const std::string& type, View v) {
    Ovs o{type,
          v["ovs_bridge"].line(),
          v["ovs_opts"].line(),
          v["ovs_extra"].line(),
          v["ovs_patch_peer"].line(),
          v["ovs_tunnel_type"].line(),
          v["ovs_tunnel_opts"].line(),
          {}};
    for (View b : v["bond_ifaces"].items())
        o.bonded.push_back(b.line());
    // They end in files that a shell reads.
    for (const std::string* text : {&o.options, &o.extra, &o.tunnel_options})
        if (text->find_first_of("'\"`$\\") != std::string::npos)
            throw Error(exit_data, "a quote, backslash or dollar in '" + *text + "'");
    return o;
}

static Interface interface(const std::string& key, View v, View nic, bool set_mac) {
    Interface i;
    i.name = v["device"].line(key);
    good_name(i.name);
    std::string type = v["type"].text(), proto = v["bootproto"].text("static");
    i.dhcp = proto == "dhcp";
    i.onboot = v["onboot"].flag(true);
    i.mtu = v["mtu"].number();
    if (v["set_hwaddr"].flag(set_mac) && nic["hwaddr"])
        i.mac = nic["hwaddr"].line();
    if (v["ip"] && proto == "static")
        i.addresses.push_back(address(v));
    for (const auto& [label, a] : v["aliases"].members())
        i.addresses.push_back(address(a, label));
    if (v["ipv6addr"])
        i.addresses.push_back(address6(v["ipv6addr"].text()));
    for (View a : v["ipv6addr_secondaries"].items())
        i.addresses.push_back(address6(a.text()));
    if (v["ipv6_autoconf"])
        i.autoconf6 = v["ipv6_autoconf"].flag();
    i.bond_of = v["master"].line();
    i.bridge_of = v["bridge"].line();
    i.options = v["bonding_opts"];
    if (v["stp"])
        i.stp = v["stp"].flag();
    if (v["delay"])
        i.delay = v["delay"].number();
    for (View r : v["route"].items())
        i.routes.push_back(route(r));
    for (View r : v["rule"].items())
        i.rules.push_back(rule(r));
    if (type == "Bridge")
        i.kind = Interface::bridge;
    else if (type == "Bond" || v["bonding_opts"])
        i.kind = Interface::bond;
    else if (type == "IPIP") {
        i.kind = Interface::ipip;
        read_ipip(i, v);
    } else if (View x = v["plugin"]["vxlan"]) {
        i.kind = Interface::vxlan;
        read_vxlan(i, v, x);
    } else if (type.starts_with("OVS")) {
        i.kind = Interface::ovs;
        i.switched = read_ovs(type, v);
    } else if (type == "Vlan" || v["vlan"].flag() || i.name.starts_with("vlan")) {
        i.kind = Interface::vlan;
        read_vlan(i, v);
    }
    return i;
}

Network read_network(View n, View nics) {
    Network net;
    std::string host = n["hostname"].line(), domain = n["domainname"].line();
    net.hostname = n["realhostname"].line(domain.empty() ? host : host + "." + domain);
    for (const auto& [name, number] : n["routing_table"].members())
        net.tables[name] = number.number();
    for (const auto& [key, v] : n["interfaces"].members())
        try {
            net.interfaces.push_back(interface(key, v, nics[key], n["set_hwaddr"].flag()));
        } catch (const Error& e) {
            throw e.message.starts_with("interface") ? e : wrong(key, e.message);
        }
    if (net.interfaces.empty())
        throw Error(exit_data, "no interfaces: a node without a network is never meant");

    auto find = [&](const std::string& name) {
        auto it = std::find_if(net.interfaces.begin(), net.interfaces.end(),
                               [&](const Interface& i) { return i.name == name; });
        return it == net.interfaces.end() ? nullptr : &*it;
    };
    for (Interface& i : net.interfaces)
        for (auto [whole, kind] :
             {std::pair{i.bond_of, Interface::bond}, std::pair{i.bridge_of, Interface::bridge}}) {
            if (whole.empty())
                continue;
            Interface* w = find(whole);
            if (!w)
                throw wrong(i.name, "it is part of '" + whole + "', which is not there");
            if (w->kind == Interface::plain)
                w->kind = kind;
            w->ports.push_back(i.name);
        }

    for (Interface& i : net.interfaces) {
        auto need = [&](const std::string& name) {
            if (!name.empty() && !find(name))
                throw wrong(i.name, "it names '" + name + "', which is not there");
        };
        if (i.kind == Interface::vxlan)
            need(i.physdev);
        if (i.kind != Interface::ovs)
            continue;
        need(i.switched.bridge);
        for (const std::string& b : i.switched.bonded)
            need(b);
        if (Interface* w = find(i.switched.bridge))
            w->ports.push_back(i.name);
    }

    // The default route is the one that is said, else the first gateway of an interface.
    std::string gateway = n["default_gateway"].line(), device = n["gatewaydev"].line();
    if (gateway.empty() && n["guess_default_gateway"].flag(true))
        for (const auto& [key, v] : n["interfaces"].members())
            if (gateway.empty() && v["gateway"]) {
                gateway = v["gateway"].line();
                device = v["device"].line(key);
            }
    if (!gateway.empty()) {
        net.default_gateway = checked_ip(gateway);
        Interface* way = device.empty() ? nullptr : find(device);
        for (Interface& i : net.interfaces)
            if (!way && std::any_of(i.addresses.begin(), i.addresses.end(),
                                    [&](const Address& a) { return same_network(gateway, a); }))
                way = &i;
        // With DHCP it comes with the address.
        if (way)
            way->gateway4 = gateway;
        else if (std::none_of(net.interfaces.begin(), net.interfaces.end(),
                              [](const Interface& i) { return i.dhcp; }))
            throw Error(exit_data, "no interface reaches the default gateway '" + gateway + "'");
    }
    if (std::string g6 = n["ipv6"]["default_gateway"].line(); !g6.empty()) {
        Interface* way = find(n["ipv6"]["gatewaydev"].line(device));
        for (Interface& i : net.interfaces)
            if (!way && std::any_of(i.addresses.begin(), i.addresses.end(),
                                    [](const Address& a) { return a.v6(); }))
                way = &i;
        if (way)
            way->gateway6 = checked_ip(g6);
    }
    return net;
}

std::string Network::table_number(const std::string& name) const {
    static const std::map<std::string, long> kernels{
        {"default", 253}, {"main", 254}, {"local", 255}};
    for (const auto* all : {&tables, &kernels})
        if (auto it = all->find(name); it != all->end())
            return std::to_string(it->second);
    throw Error(exit_data, "there is no routing table '" + name + "'");
}

std::string route_words(const Route& r, const std::string& device) {
    std::string out = r.kind.empty() ? r.to : r.kind + " " + r.to;
    if (r.kind.empty())
        out += (r.via.empty() ? "" : " via " + r.via) + " dev " + device;
    if (r.onlink)
        out += " onlink";
    return r.table.empty() ? out : out + " table " + r.table;
}

std::string rule_words(const Rule& r) {
    std::string out = r.invert ? "not" : "";
    for (auto [word, value] : {std::pair{"from", r.from}, {"to", r.to}, {"table", r.table}})
        if (!value.empty())
            out += fmt::format("{}{} {}", out.empty() ? "" : " ", word, value);
    return r.priority ? out + " priority " + std::to_string(*r.priority) : out;
}

bool remove_stale(Run& run, const std::string& folder, const std::string& prefix,
                  const std::vector<std::string>& wanted) {
    bool gone = false;
    for (const std::string& name : run.names_in(folder)) {
        if (!name.starts_with(prefix) ||
            std::find(wanted.begin(), wanted.end(), name) != wanted.end())
            continue;
        if (run.read(folder + name).value_or("").starts_with(run.header()))
            gone |= run.remove(folder + name);
    }
    return gone;
}

}  // namespace weft::ncm::network
