@{ desc = Name servers: ncm-resolver(8) }
declaration template components/resolver/schema;

include 'quattor/types/component';
include 'pan/types';

type component_resolver = {
    include structure_component
    'servers' : type_ip[1..3]
    'search' ? type_fqdn[..6]
    'options' ? string[]
    @{desc = ask a cache on this node, which asks the servers}
    'dnscache' : boolean = false
};

bind '/software/components/resolver' = component_resolver;
