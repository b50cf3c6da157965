@{ desc = Where names are looked up: ncm-nss(8) }
declaration template components/nss/schema;

include 'quattor/types/component';
include 'pan/types';

type component_nss = {
    include structure_component
    @{desc = sources by database}
    'databases' : string[]{}
};

bind '/software/components/nss' = component_nss;
