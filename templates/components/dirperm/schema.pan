@{ desc = Folders and files with owner and mode: ncm-dirperm(8) }
declaration template components/dirperm/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_dirperm_entry = {
    'path' : string with match(SELF, '^/')
    'perm' : string with match(SELF, '^[0-7]{3,4}$')
    @{desc = user or user:group}
    'owner' : string with match(SELF, '^[\w.-]+(:[\w.-]+)?$')
    @{desc = d a folder, f a file}
    'type' : string with match(SELF, '^[df]$')
    @{desc = folders whose contents a new folder gets}
    'initdir' ? string[]
    @{desc = leave it alone while the configured file system it lies in is not mounted}
    'checkmount' : boolean = false
    @{desc = it must lie in a configured file system}
    'within_mount' : boolean = false
};

type component_dirperm = {
    include structure_component
    'paths' ? structure_dirperm_entry[]
};

bind '/software/components/dirperm' = component_dirperm;
