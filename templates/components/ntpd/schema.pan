@{ desc = Time servers: ncm-ntpd(8) }
declaration template components/ntpd/schema;

include 'quattor/types/component';
include 'pan/types';

type ntpd_host = string with is_hostname(SELF) || is_ip(SELF);

type ntpd_clientnet_type = {
    'net' : type_ip
    'mask' : type_ip
};

type ntpd_server_options = {
    'autokey' ? boolean
    'burst' ? boolean
    'iburst' ? boolean
    'key' ? long(1..655534)
    'minpoll' ? long(3..17)
    'maxpoll' ? long(3..17)
    'noselect' ? boolean
    'preempt' ? boolean
    'prefer' ? boolean
    'true' ? boolean
    'version' ? long(1..4)
};

type ntpd_restrict_default = {
    'mask' ? type_ip
    'ignore' ? boolean = true
    'kod' ? boolean
    'limited' ? boolean
    'lowpriotrap' ? boolean
    'nomodify' ? boolean
    'noquery' ? boolean
    'nopeer' ? boolean
    'noserve' ? boolean
    'notrap' ? boolean
    'notrust' ? boolean
    'ntpport' ? boolean
    'version' ? long(1..4)
};

type ntpd_server_definition = {
    'server' : ntpd_host
    'options' ? ntpd_server_options
};

type ntpd_tinker_options = {
    'allan' ? long
    'dispersion' ? long
    'freq' ? long
    'huffpuff' ? long
    'panic' ? long
    'step' ? double
    'stepout' ? long
};

type ntpd_system_options = {
    'auth' ? boolean
    'blient' ? boolean
    'calibrate' ? boolean
    'kernel' ? boolean
    'monitor' ? boolean
    'ntp' ? boolean
    'pps' ? boolean
    'stats' ? boolean
};

type ntpd_interface_options = {
    'action' : choice('listen', 'ignore', 'drop')
    @{desc = all, ipv4, ipv6, wildcard, an address, a network or an interface}
    'match' : string_trimmed
};

type ntpd_statistics = {
    'clockstats' ? boolean
    'cryptostats' ? boolean
    'loopstats' ? boolean
    'peerstats' ? boolean
    'rawstats' ? boolean
    'sysstats' ? boolean
};

type ntpd_filegen = {
    'name' : string with match(SELF, '^(clock|crypto|loop|peer|raw|sys)stats$')
    'file' : string
    'type' ? choice('none', 'pid', 'day', 'week', 'month', 'year', 'age')
    'linkornolink' ? choice('link', 'nolink')
    'enableordisable' ? choice('enable', 'disable')
};

type ntpd_component = {
    include structure_component
    'keyfile' ? absolute_file_path
    'trustedkey' ? long[]
    'requestkey' ? long
    'controlkey' ? long
    'driftfile' ? absolute_file_path
    'includefile' ? absolute_file_path
    @{desc = write addresses, not names}
    'useserverip' ? boolean
    @{desc = servers with options of their own}
    'serverlist' ? ntpd_server_definition[]
    'servers' ? ntpd_host[]
    'defaultoptions' ? ntpd_server_options
    @{desc = who may ask this node}
    'clientnetworks' ? ntpd_clientnet_type[]
    'logfile' ? absolute_file_path
    'logconfig' ? string[] with {
        foreach (i; word; SELF) {
            if (!match(word, '^[=+-]\w+$')) error('%s does not begin with =, + or -', word);
        };
        true;
    }
    'statsdir' ? absolute_file_path
    'statistics' ? ntpd_statistics
    'filegen' ? ntpd_filegen[]
    'disable' ? ntpd_system_options
    'enable' ? ntpd_system_options
    'tinker' ? ntpd_tinker_options
    'restrictdefault' ? ntpd_restrict_default
    'broadcastdelay' ? double
    'authenticate' ? boolean
    'servicename' ? string
    'includelocalhost' ? boolean = true
    'enablelocalhostdebug' ? boolean = true
    @{desc = only root and this group may read the files}
    'group' ? string
    'interface' ? ntpd_interface_options[]
};

bind '/software/components/ntpd' = ntpd_component;
