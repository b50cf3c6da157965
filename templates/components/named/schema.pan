@{ desc = The name server, and who the node asks: ncm-named(8) }
declaration template components/named/schema;

include 'quattor/types/component';
include 'pan/types';

type component_named = {
    include structure_component
    @{desc = the configuration of the server as text}
    'serverConfig' ? string
    @{desc = a file of the node that holds it}
    'configfile' ? absolute_file_path
    @{desc = the node asks its own server first when that is started}
    'use_localhost' : boolean = true
    @{desc = true: started; false: stopped; missing: left alone}
    'start' ? boolean
    'servers' ? type_ip[..3]
    'options' ? string[]
    'search' ? type_fqdn[..6]
} with {
    if (exists(SELF['serverConfig']) && exists(SELF['configfile'])) error('either serverConfig or configfile');
    true;
};

bind '/software/components/named' = component_named;
