@{ desc = The scheduler Maui: ncm-maui(8) }
declaration template components/maui/schema;

include 'quattor/types/component';
include 'pan/types';

type maui_component = {
    include structure_component
    @{desc = /var/spool/maui when not given}
    'configPath' ? string with match(SELF, '^/')
    @{desc = maui.cfg when not given}
    'configFile' ? string with match(SELF, '^[^/]+$')
    'contents' ? string
};

bind '/software/components/maui' = maui_component;
