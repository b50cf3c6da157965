@{ desc = Units: ncm-systemd(8) }
declaration template components/systemd/schema;

include 'quattor/types/component';
include 'pan/types';

type systemd_unit_file = {
    @{desc = by section, then by key; a list repeats its key}
    'config' ? extensible {}
    @{desc = the whole unit, not only what changes in that of its package}
    'replace' : boolean = false
    @{desc = only the file: leave its state alone}
    'only' ? boolean
};

type systemd_unit_type = {
    @{desc = when it is not the key}
    'name' ? string
    'state' : string = 'enabled' with match(SELF, '^(enabled|disabled|masked|on)$')
    @{desc = kept for old templates: a unit says itself where it belongs}
    'targets' ? string[]
    @{desc = start it when enabled, stop it when not}
    'startstop' : boolean = true
    'type' : string = 'service' with match(SELF, '^(service|target|sysv|socket|timer|path|mount|automount|swap|slice)$')
    @{desc = no error when there is no such unit}
    'possible_missing' ? boolean
    'file' ? systemd_unit_file
};

type component_systemd = {
    include structure_component
    'unit' ? systemd_unit_type{}
    'service' ? systemd_unit_type{}
    @{desc = what happens to all others: nothing}
    'unconfigured' : string = 'ignore' with match(SELF, '^ignore$')
};

bind '/software/components/systemd' = component_systemd;
