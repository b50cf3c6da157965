@{ desc = Files word for word: ncm-filecopy(8) }
declaration template components/filecopy/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_filecopy = {
    @{desc = what the file holds}
    'config' ? string
    @{desc = or the file it is copied from}
    'source' ? string with match(SELF, '^/')
    @{desc = a command line for when it changed; one for a service is left to the runner}
    'restart' ? string
    'perms' ? string with match(SELF, '^[0-7]{3,4}$')
    'owner' ? string
    'group' ? string
    @{desc = keep the replaced file as .old}
    'backup' : boolean = true
    'forceRestart' : boolean = false
} with {
    if (exists(SELF['config']) == exists(SELF['source'])) error('one of config and source is needed');
    true;
};

type component_filecopy = {
    include structure_component
    @{desc = by escaped name of the file}
    'services' ? structure_filecopy{}
    'forceRestart' : boolean = false
};

bind '/software/components/filecopy' = component_filecopy;
