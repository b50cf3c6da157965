@{ desc = Names of ports: ncm-etcservices(8) }
declaration template components/etcservices/schema;

include 'quattor/types/component';
include 'pan/types';

type component_etcservices_type = {
    include structure_component
    @{desc = lines as they stand in the file: name, port/protocol, aliases, # comment}
    'entries' : string[]
};

bind '/software/components/etcservices' = component_etcservices_type;
