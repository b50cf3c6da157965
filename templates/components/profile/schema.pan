@{ desc = Environment of every login: ncm-profile(8) }
declaration template components/profile/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_profile_path = {
    'prepend' ? string[]
    'append' ? string[]
    @{desc = instead of what the path was}
    'value' ? string[]
};

type structure_profile_script = {
    'flavors' : choice('sh', 'csh')[1..2] = list('sh', 'csh')
    'env' ? string{}
    'path' ? structure_profile_path{}
    @{desc = put .sh or .csh behind the name}
    'flavorSuffix' : boolean = true
} with {
    if (!SELF['flavorSuffix'] && length(SELF['flavors']) > 1) error('without flavorSuffix there can be one flavor only');
    true;
};

type component_profile = {
    include structure_component
    include structure_profile_script
    'configDir' ? absolute_file_path
    'configName' ? string_non_whitespace
    @{desc = more scripts, by name in configDir or by escaped path}
    'scripts' ? structure_profile_script{}
};

bind '/software/components/profile' = component_profile;
