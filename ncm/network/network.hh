// The network of a node, read from /system/network once, and the systems that can be told about it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ncm/component.hh"

namespace weft::ncm::network {

struct Address {
    std::string ip;
    long prefix = 0;
    std::string broadcast = {};  ///< may be empty
    std::string label = {};      ///< an alias
    bool v6() const { return ip.find(':') != std::string::npos; }
    std::string text() const { return ip + "/" + std::to_string(prefix); }
};

struct Route {
    std::string to;         ///< "default" or address/prefix
    std::string via, kind;  ///< gateway; blackhole, unreachable or prohibit
    std::string table;      ///< a name
    bool onlink = false, v6 = false;
};

struct Rule {
    std::string from, to, table;
    std::optional<long> priority;
    bool invert = false;
    bool v6() const { return (from + to).find(':') != std::string::npos; }
};

/// What an ipip or vxlan interface says of its packets.
struct Tunnel {
    std::string local, remote, group;  ///< addresses; remote or group for vxlan
    long id = 0, port = 0;             ///< of vxlan
    bool policy = false;               ///< vxlan's group policy extension
};

/// A part of Open vSwitch: type is OVSBridge, OVSPort, OVSIntPort, OVSBond, OVSTunnel or
/// OVSPatchPort, or empty.
struct Ovs {
    std::string type, bridge, options, extra, peer, tunnel_type, tunnel_options;
    std::vector<std::string> bonded;
};

struct Interface {
    enum Kind { plain, bond, bridge, vlan, ipip, vxlan, ovs } kind = plain;
    std::string name, mac;  ///< mac only when it is to be set
    bool dhcp = false, onboot = true;
    std::optional<bool> autoconf6;
    long mtu = 0;
    std::vector<Address> addresses;  ///< the first is the main one, others of both families follow
    std::string gateway4, gateway6;  ///< of the default route, when it is this one's
    std::string bond_of, bridge_of;  ///< what it is part of
    std::vector<std::string> ports;  ///< of a bond or bridge
    std::string physdev;             ///< of a vlan or vxlan
    long vlan_id = 0;
    Tunnel tunnel;
    Ovs switched;
    View options;  ///< bonding_opts
    std::optional<bool> stp;
    std::optional<long> delay;
    std::vector<Route> routes;
    std::vector<Rule> rules;
};

struct Network {
    std::string hostname;                ///< full
    std::map<std::string, long> tables;  ///< routing tables by name
    std::vector<Interface> interfaces;   ///< by name
    std::string default_gateway;
    /// The number of a routing table of the profile, or one of the kernel's; Error(65) for others.
    std::string table_number(const std::string& name) const;
};

/// Error(65) for what makes no sense: a bond of nothing, a vlan without a number, a name that is
/// none.
Network read_network(View system_network, View nics);

/// The words that `ip route add` and `ip rule add` take.
std::string route_words(const Route&, const std::string& device);
std::string rule_words(const Rule&);
/// 255.255.252.0 is 22; Error(65) for what is no netmask.
long prefix_of(const std::string& netmask);
std::string netmask_of(long prefix);

/// One system of network files.
struct Backend {
    const char* name;
    /// Write all files, take those away that are no longer wanted; answers whether anything
    /// changed.
    bool (*write)(Run&, const Network&);
    const char* service;  ///< to restart after a change
};
extern const Backend networkd, ifupdown, ifcfg;

/// Remove the files of a folder that we wrote (their first line is our header) and that are not in
/// `wanted`.
bool remove_stale(Run&, const std::string& folder, const std::string& prefix,
                  const std::vector<std::string>& wanted);

}  // namespace weft::ncm::network
