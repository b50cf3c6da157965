@{ desc = The type of a whole profile }
declaration template quattor/schema;

include 'pan/types';
include 'pan/functions';
include 'quattor/functions/validation';
include 'quattor/types/component';
include 'quattor/types/hardware';
include 'quattor/types/software';
include 'quattor/types/system';

@{ desc = / }
type structure_profile = {
    'hardware' : structure_hardware
    'system' : structure_system
    'software' ? structure_software
    'metadata' ? extensible {}
} with interfaces_have_cards() && disks_exist() && kernel_is_installed();
