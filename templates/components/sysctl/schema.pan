@{ desc = Kernel parameters: ncm-sysctl(8) }
declaration template components/sysctl/schema;

include 'quattor/types/component';
include 'pan/types';

type component_sysctl = {
    include structure_component
    @{desc = loads the file: COMMAND -e -q -p FILE}
    'command' : string = '/sbin/sysctl' with match(SELF, '^/')
    @{desc = a name without folder is a file below /etc/sysctl.d}
    'confFile' : string = '/etc/sysctl.conf' with match(SELF, '^(/.+|[A-Za-z0-9._-]+)$')
    @{desc = kept for old templates: the file is always edited in place when others write it too}
    'compat-v1' : boolean = false
    'variables' ? string{}
};

bind '/software/components/sysctl' = component_sysctl;
