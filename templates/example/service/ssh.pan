@{ desc = The secure shell server: who may come in, and how }
unique template service/ssh;

include 'components/metaconfig/config';

@{ desc = name of the service; the system sets it }
variable SSH_DAEMON ?= 'sshd';
@{ desc = groups that may log in; a role says more before this template }
variable SSH_GROUPS ?= list('operators');
@{ desc = may people come in with a password? }
variable SSH_PASSWORDS ?= false;

type service_sshd = {
    'Port' : type_port = 22
    'AddressFamily' : choice('inet', 'inet6', 'any') = 'inet'
    'AllowGroups' : string(1..)
    'PermitRootLogin' : choice('no', 'prohibit-password', 'forced-commands-only')
    'PasswordAuthentication' : boolean
    'KbdInteractiveAuthentication' : boolean = false
    'PubkeyAuthentication' : boolean = true
    'GSSAPIAuthentication' : boolean = false
    'X11Forwarding' : boolean = false
    'AllowTcpForwarding' : boolean = true
    'AllowAgentForwarding' : boolean = false
    'MaxAuthTries' : long(1..10) = 4
    'MaxSessions' : long(1..) = 10
    'MaxStartups' : string = '20:30:100' with match(SELF, '^\d+(:\d+:\d+)?$')
    'LoginGraceTime' : long(1..) = 30
    'ClientAliveInterval' : long(0..) = 120
    'ClientAliveCountMax' : long(0..) = 3
    'LogLevel' : choice('INFO', 'VERBOSE', 'ERROR') = 'VERBOSE'
    'UseDNS' : boolean = false
    'PrintMotd' : boolean = false
    'Banner' ? absolute_file_path
    'Ciphers' : string[1..]
    'MACs' : string[1..]
    'KexAlgorithms' : string[1..]
} with {
    foreach (i; name; SELF['Ciphers']) {
        if (match(name, 'arcfour|3des|-cbc')) error('cipher %s is broken', name);
    };
    foreach (i; name; SELF['MACs']) {
        if (match(name, 'md5|sha1|96')) error('MAC %s is weak', name);
    };
    true;
};

prefix '/software/components/metaconfig/services/{/etc/ssh/sshd_config.d/50-site.conf}';
'module' = 'properties';
'mode' = 0600;
'daemons' = dict(SSH_DAEMON, 'reload');
'convert/yesno' = true;
'convert/joincomma' = true;
'contents/AllowGroups' = join(' ', SSH_GROUPS);
'contents/PermitRootLogin' = 'prohibit-password';
'contents/PasswordAuthentication' = SSH_PASSWORDS;
'contents/KbdInteractiveAuthentication' = SSH_PASSWORDS;
'contents/Ciphers' = list('chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr');
'contents/MACs' = list('hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256-etm@openssh.com', 'umac-128-etm@openssh.com');
'contents/KexAlgorithms' = list('sntrup761x25519-sha512@openssh.com', 'curve25519-sha256', 'diffie-hellman-group16-sha512');

bind '/software/components/metaconfig/services/{/etc/ssh/sshd_config.d/50-site.conf}/contents' = service_sshd;
