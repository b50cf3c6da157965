// systemd-networkd: a .network file for each interface, a .netdev file for those that are made.
#include <fmt/core.h>

#include "base/error.hh"
#include "ncm/network/network.hh"
#include "ncm/quote.hh"

namespace weft::ncm::network {

namespace {

std::string yes_or_no(bool b) { return b ? "yes" : "no"; }

/// The bonding driver's options in networkd's words.
std::string bond_section(const Interface& i) {
    static constexpr const char* modes[] = {"balance-rr", "active-backup", "balance-xor",
                                            "broadcast",  "802.3ad",       "balance-tlb",
                                            "balance-alb"};
    static constexpr const char* hashes[] = {"layer2", "layer3+4", "layer2+3"};
    struct Word {
        const char *ours, *theirs, *unit;
    };
    static constexpr Word words[] = {{"miimon", "MIIMonitorSec", "ms"},
                                     {"updelay", "UpDelaySec", "ms"},
                                     {"downdelay", "DownDelaySec", "ms"},
                                     {"arp_interval", "ARPIntervalSec", "ms"},
                                     {"arp_validate", "ARPValidate", ""},
                                     {"ad_select", "AdSelect", ""},
                                     {"min_links", "MinLinks", ""},
                                     {"num_grat_arp", "GratuitousARP", ""},
                                     {"primary_reselect", "PrimaryReselectPolicy", ""},
                                     {"resend_igmp", "ResendIGMP", ""},
                                     {"fail_over_mac", "FailOverMACPolicy", ""}};
    View o = i.options;
    std::string out = "\n[Bond]\n";
    if (auto mode = o["mode"].maybe())
        out += fmt::format("Mode={}\n", mode->size() == 1 && *mode >= "0" && *mode <= "6"
                                            ? modes[(*mode)[0] - '0']
                                            : *mode);
    for (const Word& w : words)
        if (o[w.ours])
            out += fmt::format("{}={}{}\n", w.theirs, o[w.ours].line(), w.unit);
    if (std::string rate = o["lacp_rate"].text(); o["lacp_rate"])
        out +=
            fmt::format("LACPTransmitRate={}\n", rate == "1" || rate == "fast" ? "fast" : "slow");
    if (o["all_slaves_active"])
        out += "AllSlavesActive=" + yes_or_no(o["all_slaves_active"].flag()) + "\n";
    if (auto hash = o["xmit_hash_policy"].maybe())
        out += fmt::format("TransmitHashPolicy={}\n",
                           hash->size() == 1 && *hash <= "2" ? hashes[(*hash)[0] - '0'] : *hash);
    if (o["arp_ip_target"])
        out += "ARPIPTargets=" + join(o["arp_ip_target"].texts(), " ") + "\n";
    return out;
}

std::string netdev(const Interface& i) {
    static constexpr const char* kinds[] = {"", "bond", "bridge", "vlan", "ipip", "vxlan"};
    std::string out = fmt::format("[NetDev]\nName={}\nKind={}\n", i.name, kinds[i.kind]);
    if (i.kind == Interface::bond)
        out += bond_section(i);
    if (i.kind == Interface::vlan)
        out += fmt::format("\n[VLAN]\nId={}\n", i.vlan_id);
    const Tunnel& t = i.tunnel;
    auto put = [&](const char* key, const std::string& value) {
        if (!value.empty())
            out += fmt::format("{}={}\n", key, value);
    };
    if (i.kind == Interface::ipip) {
        out += "\n[Tunnel]\nIndependent=yes\n";
        put("Local", t.local);
        put("Remote", t.remote.empty() ? "any" : t.remote);
    }
    if (i.kind == Interface::vxlan) {
        out += fmt::format("\n[VXLAN]\nVNI={}\n", t.id);
        put("Group", t.group);
        put("Remote", t.remote);
        put("Local", t.local);
        if (t.port)
            put("DestinationPort", std::to_string(t.port));
        if (t.policy)
            put("GroupPolicyExtension", "yes");
    }
    if (i.kind == Interface::bridge && (i.stp || i.delay)) {
        out += "\n[Bridge]\n";
        if (i.stp)
            out += "STP=" + yes_or_no(*i.stp) + "\n";
        if (i.delay)
            out += fmt::format("ForwardDelaySec={}\n", *i.delay);
    }
    return out;
}

std::string network_file(const Network& net, const Interface& i) {
    std::string out = fmt::format("[Match]\nName={}\n\n[Link]\n", i.name);
    if (i.mtu)
        out += fmt::format("MTUBytes={}\n", i.mtu);
    if (!i.mac.empty())
        out += "MACAddress=" + i.mac + "\n";
    if (!i.onboot)
        out += "ActivationPolicy=manual\nRequiredForOnline=no\n";
    out += "\n[Network]\n";
    bool part = !i.bond_of.empty() || !i.bridge_of.empty(),
         v6 = !i.gateway6.empty() || i.autoconf6.value_or(false);
    for (const Address& a : i.addresses)
        v6 |= a.v6();
    out += fmt::format("DHCP={}\nLinkLocalAddressing={}\n", i.dhcp ? "ipv4" : "no",
                       v6 && !part ? "ipv6" : "no");
    out += "IPv6AcceptRA=" + yes_or_no(i.autoconf6.value_or(false)) + "\n";
    if (!i.gateway4.empty())
        out += "Gateway=" + i.gateway4 + "\n";
    if (!i.gateway6.empty())
        out += "Gateway=" + i.gateway6 + "\n";
    if (!i.bond_of.empty())
        out += "Bond=" + i.bond_of + "\n";
    if (!i.bridge_of.empty())
        out += "Bridge=" + i.bridge_of + "\n";
    for (const Interface& other : net.interfaces) {
        if (other.kind == Interface::vlan && other.physdev == i.name)
            out += "VLAN=" + other.name + "\n";
        if (other.kind == Interface::vxlan && other.physdev == i.name)
            out += "VXLAN=" + other.name + "\n";
        if (other.name == i.bond_of && other.options["primary"].text() == i.name)
            out += "PrimarySlave=yes\n";
    }
    for (const Address& a : i.addresses) {
        out += "\n[Address]\nAddress=" + a.text() + "\n";
        if (!a.broadcast.empty())
            out += "Broadcast=" + a.broadcast + "\n";
        if (std::string label = i.name + ":" + a.label; !a.label.empty() && label.size() <= 15)
            out += "Label=" + label + "\n";
    }
    for (const Route& r : i.routes) {
        out += "\n[Route]\n";
        out += "Destination=" + (r.to == "default" ? (r.v6 ? "::/0" : "0.0.0.0/0") : r.to) + "\n";
        if (!r.via.empty() && r.kind.empty())
            out += "Gateway=" + r.via + "\n";
        if (!r.kind.empty())
            out += "Type=" + r.kind + "\n";
        if (r.onlink)
            out += "GatewayOnLink=yes\n";
        if (!r.table.empty())
            out += "Table=" + net.table_number(r.table) + "\n";
    }
    for (const Rule& r : i.rules) {
        out += "\n[RoutingPolicyRule]\n";
        if (!r.from.empty())
            out += "From=" + r.from + "\n";
        if (!r.to.empty())
            out += "To=" + r.to + "\n";
        if (!r.table.empty())
            out += "Table=" + net.table_number(r.table) + "\n";
        if (r.priority)
            out += fmt::format("Priority={}\n", *r.priority);
        if (r.invert)
            out += "InvertRule=yes\n";
    }
    return out;
}

bool write_networkd(Run& run, const Network& net) {
    static const std::string folder = "/etc/systemd/network/", prefix = "10-weft-";
    for (const Interface& i : net.interfaces)
        if (i.kind == Interface::ovs)
            throw Error(exit_data,
                        fmt::format("interface '{}': networkd knows no Open vSwitch", i.name), {},
                        "ifupdown and ifcfg do");
    std::vector<std::string> wanted;
    bool changed = false;
    auto put = [&](const std::string& name, const std::string& text) {
        wanted.push_back(prefix + name);
        changed |= run.file(folder + prefix + name, run.header() + text);
    };
    for (const Interface& i : net.interfaces) {
        if (i.kind != Interface::plain)
            put(i.name + ".netdev", netdev(i));
        put(i.name + ".network", network_file(net, i));
    }
    return remove_stale(run, folder, prefix, wanted) || changed;
}

}  // namespace

extern const Backend networkd{
    .name = "networkd", .write = write_networkd, .service = "systemd-networkd"};

}  // namespace weft::ncm::network
