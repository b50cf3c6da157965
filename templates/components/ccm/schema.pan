@{ desc = Where the profile comes from: ncm-ccm(8) }
declaration template components/ccm/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = principal/instance@REALM }
type kerberos_principal_string = string with match(SELF, '^\w+(/\w[\w.-]*)*@[a-zA-Z][\w.-]*$');

type ccm_component = {
    include structure_component
    'configFile' : string = '/etc/ccm.conf' with match(SELF, '^/')
    'profile' : type_hostURI
    'profile_failover' ? type_hostURI[]
    'debug' : long(0..1) = 0
    'force' : long(0..1) = 0
    'cache_root' : string = '/var/lib/ccm'
    'get_timeout' : long(0..) = 30
    'lock_retries' : long(0..) = 3
    'lock_wait' : long(0..) = 30
    'retrieve_retries' : long(0..) = 3
    'retrieve_wait' : long(0..) = 30
    'cert_file' ? string
    'key_file' ? string
    'ca_file' ? string
    'ca_dir' ? string
    'signer_file' ? string
    'group_readable' ? string
    'world_readable' : long(0..1) = 0
    'base_url' ? type_absoluteURI
    'dbformat' ? choice('DB_File', 'CDB_File', 'GDBM_File')
    'json_typed' ? boolean
    'tabcompletion' ? boolean
    'keep_old' ? long(0..)
    'purge_time' ? long(0..)
    'trust' ? kerberos_principal_string[]
    'principal' ? kerberos_principal_string
    'keytab' ? string
} with {
    if (exists(SELF['group_readable']) && SELF['world_readable'] == 1)
        error('group_readable and world_readable exclude each other');
    true;
};

bind '/software/components/ccm' = ccm_component;
