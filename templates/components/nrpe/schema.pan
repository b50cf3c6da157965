@{ desc = What a monitoring server may ask the node to run: ncm-nrpe(8) }
declaration template components/nrpe/schema;

include 'quattor/types/component';
include 'pan/types';

type component_nrpe_options = {
    'log_facility' : string = 'daemon'
    'pid_file' : string = '/var/run/nrpe.pid'
    'server_port' : type_port = 5666
    @{desc = listen on this address only}
    'server_address' ? string
    'nrpe_user' : string = 'nagios'
    'nrpe_group' : string = 'nagios'
    'allowed_hosts' : string[] with {
        foreach (i; host; SELF) {
            if (!is_hostname(host) && !match(host, '^[0-9a-fA-F.:]+(/[0-9]+)?$')) error('%s is neither a host nor a network', host);
        };
        true;
    }
    @{desc = may the server give arguments to commands?}
    'dont_blame_nrpe' : boolean = false
    'command_prefix' ? string
    'debug' : boolean = false
    @{desc = seconds}
    'command_timeout' : long = 60
    'connection_timeout' : long = 300
    'allow_weak_random_seed' ? boolean = false
    @{desc = command lines by their names}
    'command' : string{}
    'include' ? string[]
    'include_dir' ? string[]
};

type nrpe_component = {
    include structure_component
    'mode' : long = 0640
    'options' : component_nrpe_options
};

bind '/software/components/nrpe' = nrpe_component;
