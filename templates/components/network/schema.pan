@{ desc = The network of the node: ncm-network(8). What it shall be is /system/network }
declaration template components/network/schema;

include 'quattor/types/component';

type component_network = {
    include structure_component
    @{desc = whose files are written; what the node has when missing}
    'backend' ? choice('networkd', 'ifupdown', 'ifcfg')
};

bind '/software/components/network' = component_network;
