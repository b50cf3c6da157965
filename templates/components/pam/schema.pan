@{ desc = How services ask who somebody is: ncm-pam(8) }
declaration template components/pam/schema;

include 'quattor/types/component';
include 'pan/types';

type pam_component_listfile_acl = {
    'filename' : absolute_file_path
    'items' : string[]
    'mode' ? string with match(SELF, '^0[0-7]{3}$')
};

@{ desc = one line: a module by its name among modules, or include with the option service }
type pam_component_module_stack = {
    'control' : string with match(SELF, '^(requisite|required|optional|sufficient|\[?[^=\s]+=\S+(\s+[^=\s]+=\S+)*\]?)$')
    'module' : string_non_whitespace
    'options' ? property{}
    'options_list' ? string_non_whitespace[]
    'allow' ? pam_component_listfile_acl
    'deny' ? pam_component_listfile_acl
};

type pam_component_service_type = {
    'auth' ? pam_component_module_stack[]
    'account' ? pam_component_module_stack[]
    'password' ? pam_component_module_stack[]
    'session' ? pam_component_module_stack[]
    @{desc = 0444 otherwise; perm is another name of it}
    'mode' ? string with match(SELF, '^0[0-7]{3}$')
    'perm' ? string with match(SELF, '^0[0-7]{3}$')
};

@{ desc = a line of access.conf(5) }
type pam_component_access_entry = {
    'permission' : choice('+', '-')
    'users' : string with !match(SELF, ':')
    'origins' : string
};

type pam_component_access = {
    'filename' : absolute_file_path
    'acl' : pam_component_access_entry[]
    'lastacl' : pam_component_access_entry
    'allowpos' ? boolean
    'allowneg' ? boolean
};

type component_pam = {
    include structure_component
    @{desc = files of modules by name; pam_NAME.so without}
    'modules' ? {
        'path' ? string_non_whitespace
    }{}
    'services' ? pam_component_service_type{}
    'directory' ? absolute_file_path
    'acldir' ? absolute_file_path
    'access' ? pam_component_access{}
};

bind '/software/components/pam' = component_pam;
