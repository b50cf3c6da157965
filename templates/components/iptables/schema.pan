@{ desc = The firewall: ncm-iptables(8) }
declaration template components/iptables/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = one rule; the words are those of iptables(8), a leading ! in a value negates it }
type component_iptables_rule = {
    'chain' : string_non_whitespace
    @{desc = append (default), insert or new_chain}
    'command' ? choice('-A', '-I', '-N', 'append', 'insert', 'new_chain')
    'append' ? string
    'ctstate' ? string
    'destination' ? string
    'dst' ? string
    'dst_addr' ? string
    'dst_port' ? string
    'dst_ports' ? string
    'icmp-type' ? string
    'icmp_type' ? string
    'in-interface' ? string
    'in_interface' ? string
    'insert' ? string
    'jump' ? string
    'length' ? string
    'limit' ? string
    'limit-burst' ? string
    'log-level' ? string
    'log-prefix' ? string
    'match' ? string
    'name' ? string
    'new_chain' ? string
    'out-interface' ? string
    'out_interface' ? string
    'pkt-type' ? string
    'protocol' ? string
    'reject-with' ? string
    'set-class' ? string
    'sid-owner' ? string
    'source' ? string
    'src' ? string
    'src_addr' ? string
    'src_port' ? string
    'src_ports' ? string
    'state' ? string
    'target' ? string
    'tcp-flags' ? string
    'tcp-option' ? string
    'to-destination' ? string
    'to-ports' ? string
    'to-source' ? string
    'tos' ? string
    'ttl' ? string
    'uid-owner' ? string
    'fragment' ? boolean
    'log-ip-options' ? boolean
    'log-tcp-options' ? boolean
    'log-tcp-sequence' ? boolean
    'log-uid' ? boolean
    'nofragment' ? boolean
    'nosyn' ? boolean
    'rcheck' ? boolean
    'rdest' ? boolean
    'remove' ? boolean
    'rsource' ? boolean
    'rttl' ? boolean
    'set' ? boolean
    'syn' ? boolean
    'update' ? boolean
    'seconds' ? long(0..)
    'hitcount' ? long(0..)
    'comment' ? string(1..256)
};

@{ desc = what happens to packets no rule speaks of, as ACCEPT [0:0] }
type component_iptables_policy = string with match(SELF, '^\s*(ACCEPT|DROP)(\s+\[\d+:\d+\])?\s*$');

type component_iptables_preamble = {
    'input' ? component_iptables_policy
    'output' ? component_iptables_policy
    'forward' ? component_iptables_policy
    'prerouting' ? component_iptables_policy
    'postrouting' ? component_iptables_policy
};

type component_iptables_acls = {
    'preamble' ? component_iptables_preamble
    'rules' ? component_iptables_rule[]
    'epilogue' ? string
    @{desc = no: by their targets, see the page}
    'ordered_rules' ? choice('yes', 'no')
};

type component_iptables = {
    include structure_component
    @{desc = whose files are written}
    'backend' : choice('iptables', 'nftables') = 'iptables'
    'filter' ? component_iptables_acls
    'nat' ? component_iptables_acls
    'mangle' ? component_iptables_acls
    @{desc = the same for IPv6}
    'ipv6' ? {
        'filter' ? component_iptables_acls
        'nat' ? component_iptables_acls
        'mangle' ? component_iptables_acls
    }
};

bind '/software/components/iptables' = component_iptables;
