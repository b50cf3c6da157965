@{ desc = Mail by postfix: ncm-postfix(8) }
declaration template components/postfix/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = a table to look up in: type and name, as hash and /etc/aliases }
type postfix_lookup = {
    'type' : choice('btree', 'cdb', 'cidr', 'dbm', 'environ', 'fail', 'hash', 'internal', 'ldap', 'lmdb', 'memcache', 'mysql',
        'nis', 'nisplus', 'pcre', 'pgsql', 'proxy', 'regexp', 'sdbm', 'socketmap', 'sqlite', 'static', 'tcp', 'texthash', 'unix')
    'name' : string(1..)
};

@{ desc = values are texts, numbers, booleans, lookups, or lists of these }
function postfix_values_are_plain = {
    foreach (name; value; ARGV[0]) {
        if (!match(name, '^_?[A-Za-z0-9][A-Za-z0-9_.-]*$')) error('%s is no parameter of postfix', name);
        if (is_dict(value) && !(exists(value['type']) && exists(value['name']))) error('%s: a table needs type and name', name);
    };
    true;
};

@{ desc = parameters of postconf(5); one that begins with a digit gets a _ before it }
type postfix_main = extensible {
    'mydomain' ? type_fqdn
    'myhostname' ? type_fqdn
    'myorigin' ? string
    'mydestination' ? string[]
    'mynetworks' ? string[]
    'inet_interfaces' ? string
    'relayhost' ? string
    'alias_maps' ? postfix_lookup[]
    'alias_database' ? postfix_lookup
    'smtpd_banner' ? string
    'biff' ? boolean
} with postfix_values_are_plain(SELF);

type postfix_ldap_database = {
    'server_host' : string[1..]
    'server_host_protocol' ? choice('ldap', 'ldaps', 'ldapi')
    'server_port' ? type_port
    'timeout' ? long(0..)
    'search_base' : string
    'query_filter' : string
    'result_format' ? string
    'domain' ? string
    'result_attribute' : string[] = list('maildrop')
    'special_result_attribute' ? string[]
    'terminal_result_attribute' ? string
    'leaf_result_attribute' ? string
    'scope' : choice('sub', 'base', 'one') = 'sub'
    'bind' ? boolean
    'bind_dn' ? string
    'bind_pw' ? string
    'recursion_limit' ? long(0..)
    'expansion_limit' ? long(0..)
    'size_limit' ? long(0..)
    'dereference' ? long(0..3)
    'chase_referrals' ? long(0..1)
    'version' ? long(2..3)
    'debuglevel' ? long(0..)
    'start_tls' ? boolean
    'tls_ca_cert_dir' ? absolute_file_path
    'tls_ca_cert_file' ? absolute_file_path
    'tls_cert' ? absolute_file_path
    'tls_key' ? absolute_file_path
    'tls_require_cert' ? boolean
    'tls_cipher_suite' ? string
};

@{ desc = a line of master.cf }
type postfix_master = {
    'name' : string_non_whitespace
    'type' : choice('inet', 'unix', 'fifo', 'pass', 'unix-dgram')
    'private' : boolean = true
    'unprivileged' : boolean = true
    'chroot' : boolean = true
    'wakeup' : long(0..) = 0
    'maxproc' : long(0..) = 100
    'command' : string(1..)
};

type component_postfix = {
    include structure_component
    'main' : postfix_main = dict()
    @{desc = all lines of master.cf; without any the file stays}
    'master' ? postfix_master[]
    @{desc = by file name below /etc/postfix}
    'databases' ? {
        'ldap' ? postfix_ldap_database{}
    }
};

bind '/software/components/postfix' = component_postfix;
