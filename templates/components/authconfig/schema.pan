@{ desc = Where users come from: ncm-authconfig(8) }
declaration template components/authconfig/schema;

include 'quattor/types/component';
include 'pan/types';

type authconfig_method_generic_type = extensible {
    'enable' : boolean = false
};

type sssd_provider_string = choice('ldap', 'simple', 'local', 'permit', 'deny', 'ipa', 'ad', 'krb5', 'proxy', 'files', 'none');

@{ desc = settings of sssd.conf(5); those below ldap, ipa and simple get that word and _ before their names }
type authconfig_sssd_domain = extensible {
    'id_provider' ? sssd_provider_string
    'auth_provider' ? sssd_provider_string
    'access_provider' ? sssd_provider_string
    'chpass_provider' ? sssd_provider_string
    'ldap' ? extensible {
        'uri' ? type_hostURI[]
        'search_base' ? string
    }
    'ipa' ? dict
    'simple' ? {
        'allow_users' ? string_trimmed[]
        'deny_users' ? string_trimmed[]
        'allow_groups' ? string_trimmed[]
        'deny_groups' ? string_trimmed[]
    }
    'local' ? dict
};

type sssd_global = extensible {
    'config_file_version' : long = 2
    'services' : choice('nss', 'pam', 'sudo', 'autofs', 'ssh', 'pac')[]
};

type authconfig_method_sssd_type = {
    'enable' : boolean = false
    'nssonly' : boolean = false
    'domains' : authconfig_sssd_domain{1..}
    'global' : sssd_global
    'pam' : dict = dict()
    'nss' : dict = dict()
};

type authconfig_method_nslcd_type = extensible {
    'enable' : boolean = false
    'uri' ? type_hostURI[]
    'basedn' : string
};

type authconfig_method_type = {
    'files' ? authconfig_method_generic_type
    'sssd' ? authconfig_method_sssd_type
    'nslcd' ? authconfig_method_nslcd_type
    @{desc = historic, answered with a warning when enabled}
    'ldap' ? authconfig_method_generic_type
    'nis' ? authconfig_method_generic_type
    'krb5' ? authconfig_method_generic_type
    'smb' ? authconfig_method_generic_type
    'hesiod' ? authconfig_method_generic_type
};

type authconfig_pamadditions_line_type = {
    'order' : choice('first', 'last')
    'entry' : string with match(SELF, '^\s*(required|requisite|sufficient|optional|include|substack)\s+\S+\.so(\s|$)')
};

type authconfig_pamadditions_type = {
    'conffile' : absolute_file_path = '/etc/pam.d/system-auth'
    'section' : choice('auth', 'account', 'password', 'session')
    'lines' : authconfig_pamadditions_line_type[]
};

type component_authconfig = {
    include structure_component
    @{desc = nothing is changed}
    'safemode' : boolean = false
    'passalgorithm' : choice('descrypt', 'md5', 'sha256', 'sha512', 'yescrypt') = 'sha512'
    'useshadow' ? boolean
    'usecache' ? boolean
    'enableforcelegacy' : boolean = false
    'usemd5' ? boolean
    'method' ? authconfig_method_type
    'pamadditions' ? authconfig_pamadditions_type{}
};

bind '/software/components/authconfig' = component_authconfig;
