// ifupdown, Debian's: all interfaces in one file.
#include <fmt/core.h>

#include "ncm/network/network.hh"

namespace weft::ncm::network {

namespace {

constexpr const char* path = "/etc/network/interfaces";

/// Made with ip(8) and taken away again.
std::string tunnel_words(const Interface& i) {
    const Tunnel& t = i.tunnel;
    auto word = [](const char* key, const std::string& value) {
        return value.empty() ? "" : fmt::format(" {} {}", key, value);
    };
    if (i.kind == Interface::ipip)
        return "ip tunnel add $IFACE mode ipip" + word("local", t.local) +
               word("remote", t.remote.empty() ? "any" : t.remote);
    return fmt::format("ip link add $IFACE type vxlan id {} dev {}", t.id, i.physdev) +
           word("group", t.group) + word("remote", t.remote) + word("local", t.local) +
           word("dstport", t.port ? std::to_string(t.port) : "") + (t.policy ? " gbp" : "");
}

/// The words of Open vSwitch's own part of ifupdown.
template <class F>
void put_ovs(const Interface& i, F put) {
    const Ovs& o = i.switched;
    put("ovs_type " + o.type);
    for (const auto& [key, value] : {std::pair{"ovs_bridge", o.bridge},
                                     {"ovs_ports", join(i.ports, " ")},
                                     {"ovs_bonds", join(o.bonded, " ")},
                                     {"ovs_options", o.options},
                                     {"ovs_extra", o.extra},
                                     {"ovs_patch_peer", o.peer},
                                     {"ovs_tunnel_type", o.tunnel_type},
                                     {"ovs_tunnel_options", o.tunnel_options}})
        if (!value.empty())
            put(fmt::format("{} {}", key, value));
}

/// What belongs to the interface and not to one of its addresses: it stands in its first stanza.
std::string common(const Interface& i) {
    std::string out;
    auto put = [&](const std::string& line) {
        out += "    " + line + "\n";
    };
    if (!i.mac.empty())
        put("hwaddress ether " + i.mac);
    if (i.mtu)
        put(i.kind == Interface::plain && i.addresses.empty()
                ? fmt::format("pre-up ip link set dev $IFACE mtu {}", i.mtu)
                : fmt::format("mtu {}", i.mtu));
    if (!i.bond_of.empty())
        put("bond-master " + i.bond_of);
    if (i.kind == Interface::bond) {
        put(i.ports.empty() ? "bond-slaves none" : "bond-slaves " + join(i.ports, " "));
        for (const auto& [name, value] : i.options.members()) {
            std::string word = "bond-" + name;
            for (char& c : word)
                c = c == '_' ? '-' : c;
            for (View v : value.items())
                word += " " + v.line();
            put(word);
        }
    }
    if (i.kind == Interface::bridge) {
        put(i.ports.empty() ? "bridge_ports none" : "bridge_ports " + join(i.ports, " "));
        if (i.stp)
            put(*i.stp ? "bridge_stp on" : "bridge_stp off");
        if (i.delay)
            put(fmt::format("bridge_fd {}", *i.delay));
    }
    if (i.kind == Interface::vlan)
        put("vlan-raw-device " + i.physdev);
    if (i.kind == Interface::ipip) {
        put("pre-up " + tunnel_words(i));
        put("post-down ip tunnel del $IFACE || true");
    }
    if (i.kind == Interface::vxlan) {
        put("pre-up " + tunnel_words(i));
        put("post-down ip link del $IFACE || true");
    }
    if (i.kind == Interface::ovs)
        put_ovs(i, put);
    for (const Route& r : i.routes)
        put(fmt::format("up ip {}route replace {}", r.v6 ? "-6 " : "", route_words(r, "$IFACE")));
    for (const Rule& r : i.rules) {
        std::string words = fmt::format("ip {}rule {{}} {}", r.v6() ? "-6 " : "", rule_words(r));
        put("up " + fmt::format(fmt::runtime(words), "add"));
        put("down " + fmt::format(fmt::runtime(words), "del") + " || true");
    }
    return out;
}

std::string stanzas(const Interface& i) {
    // A port of Open vSwitch comes up with its bridge.
    std::string out = !i.switched.bridge.empty()
                          ? fmt::format("\nallow-{} {}\n", i.switched.bridge, i.name)
                      : i.onboot ? fmt::format("\nauto {}\n", i.name)
                                 : "\n";
    std::string rest = common(i);
    bool v4 = false, v6 = false;
    auto begin = [&](const char* family, const char* method) {
        out += fmt::format("iface {} {} {}\n", i.name, family, method);
        out += std::exchange(rest, "");
    };
    if (i.dhcp) {
        begin("inet", "dhcp");
        v4 = true;
    }
    for (const Address& a : i.addresses) {
        begin(a.v6() ? "inet6" : "inet", "static");
        out += fmt::format("    address {}\n", a.text());
        if (!a.broadcast.empty())
            out += fmt::format("    broadcast {}\n", a.broadcast);
        const std::string& gateway = a.v6() ? i.gateway6 : i.gateway4;
        if (!gateway.empty() && !(a.v6() ? v6 : v4))
            out += fmt::format("    gateway {}\n", gateway);
        (a.v6() ? v6 : v4) = true;
    }
    if (i.autoconf6.value_or(false))
        begin("inet6", "auto");
    if (!rest.empty() || (!v4 && !v6 && !i.autoconf6.value_or(false)))
        begin("inet", "manual");
    return out;
}

bool write_ifupdown(Run& run, const Network& net) {
    std::string text = run.header() + "\nauto lo\niface lo inet loopback\n";
    // What a bond or bridge is made of comes first.
    for (bool parts : {true, false})
        for (const Interface& i : net.interfaces)
            if ((i.kind == Interface::plain) == parts)
                text += stanzas(i);
    return run.file(path, text,
                    {.mode = {}, .owner = {}, .group = {}, .backup = run.original(path)});
}

}  // namespace

extern const Backend ifupdown{.name = "ifupdown", .write = write_ifupdown, .service = "networking"};

}  // namespace weft::ncm::network
