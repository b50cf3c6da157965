@{ desc = Who may log in as whom: ncm-useraccess(8) }
declaration template components/useraccess/schema;

include 'quattor/types/component';
include 'pan/types';

type useraccess_pointer = string with {
    if (!exists('/software/components/useraccess/roles/' + SELF)) error('there is no role %s', SELF);
    true;
};

type useraccess_kerberos = {
    'realm' : type_hostname
    'principal' : string_non_whitespace
    'instance' ? string_non_whitespace
    'host' ? type_hostname
};

type useraccess_auth = {
    @{desc = where keys are fetched: http, https or file}
    'ssh_keys_urls' ? type_absoluteURI[]
    @{desc = lines of authorized_keys}
    'ssh_keys' ? string[]
    'kerberos4' ? useraccess_kerberos[]
    'kerberos5' ? useraccess_kerberos[]
    @{desc = services whose lists the user is on}
    'acls' ? string[]
    @{desc = what these get, the user gets too}
    'roles' ? useraccess_pointer[]
    @{desc = what belongs to this component altogether}
    'managed_credentials' : choice('ssh_keys', 'kerberos4', 'kerberos5')[0..3] = list('ssh_keys', 'kerberos4', 'kerberos5')
};

type component_useraccess = {
    include structure_component
    @{desc = any text: a new one makes the component run, for instance when a key behind a URL changed}
    'configSerial' ? string
    @{desc = by name, escaped when it needs to be}
    'users' : useraccess_auth{}
    'roles' ? useraccess_auth{}
    @{desc = services of PAM that only those on their list may use}
    'acl_services' ? string[]
};

bind '/software/components/useraccess' = component_useraccess;
