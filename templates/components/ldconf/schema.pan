@{ desc = Folders of shared libraries: ncm-ldconf(8) }
declaration template components/ldconf/schema;

include 'quattor/types/component';
include 'pan/types';

type component_ldconf = {
    include structure_component
    @{desc = the main file}
    'conffile' : string = '/etc/ld.so.conf' with match(SELF, '^/')
    'paths' ? string[]
};

bind '/software/components/ldconf' = component_ldconf;
