@{ desc = The file systems of the node: ncm-filesystems(8). What they shall be is /system/filesystems }
declaration template components/filesystems/schema;

include 'quattor/types/component';

type component_filesystems = {
    include structure_component
    @{desc = make block devices and file systems: not done, and told}
    'manage_blockdevs' : boolean = false
};

bind '/software/components/filesystems' = component_filesystems;
