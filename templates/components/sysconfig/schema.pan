@{ desc = Files of KEY=value lines: ncm-sysconfig(8) }
declaration template components/sysconfig/schema;

include 'quattor/types/component';
include 'pan/types';

type component_sysconfig = {
    include structure_component
    @{desc = values by name by file in /etc/sysconfig; prologue and epilogue are text around them}
    'files' ? string{}{}
};

bind '/software/components/sysconfig' = component_sysconfig;
