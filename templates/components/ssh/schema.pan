@{ desc = Settings of sshd and ssh: ncm-ssh(8) }
declaration template components/ssh/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = names are those of sshd_config(5) and ssh_config(5) }
function ssh_options_are_words = {
    foreach (name; value; ARGV[0]) {
        if (!match(name, '^[A-Z][A-Za-z0-9]+$')) error('%s is no option of ssh', name);
        if (is_dict(value)) error('%s: a value or a list of values', name);
    };
    true;
};

function ssh_ports = {
    ports = ARGV[0];
    if (!is_list(ports)) ports = list(ports);
    foreach (i; port; ports) {
        if (!is_long(port) || port < 1 || port > 65535) error('a port is a number from 1 to 65535');
    };
    true;
};

type ssh_options_type = extensible {
    @{desc = one, or a list}
    'Port' ? element with ssh_ports(SELF)
    'PermitRootLogin' ? choice('yes', 'no', 'prohibit-password', 'without-password', 'forced-commands-only')
    'PasswordAuthentication' ? choice('yes', 'no')
    'PubkeyAuthentication' ? choice('yes', 'no')
    'PermitEmptyPasswords' ? choice('yes', 'no')
    'GSSAPIAuthentication' ? choice('yes', 'no')
    'X11Forwarding' ? choice('yes', 'no')
    'UseDNS' ? choice('yes', 'no')
    'LogLevel' ? choice('QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG1', 'DEBUG2', 'DEBUG3')
} with ssh_options_are_words(SELF);

type ssh_part_type = {
    'options' ? ssh_options_type
    @{desc = lines of these are commented out}
    'comment_options' ? ssh_options_type
    'config_path' ? absolute_file_path
    @{desc = of the daemon only}
    'sshd_path' ? absolute_file_path
    @{desc = accepted and not used: a program that is not there checks nothing}
    'always_validate' ? boolean
};

type component_ssh = {
    include structure_component
    'daemon' ? ssh_part_type
    'client' ? ssh_part_type
};

bind '/software/components/ssh' = component_ssh;
