@{ desc = The clock: ncm-chrony(8) }
declaration template components/chrony/schema;

include 'quattor/types/component';
include 'pan/types';

type chrony_source = {
    'hostname' : type_hostname
    @{desc = iburst, prefer, key 3, ...}
    'options' ? string[]
};

type chrony_makestep = {
    'threshold' : double = 1.0
    'limit' : long = 3
};

type component_chrony = {
    include structure_component
    @{desc = chrony.conf; of the platform when not given}
    'file' ? string with match(SELF, '^/')
    'servers' ? chrony_source[]
    'pools' ? chrony_source[]
    'peers' ? chrony_source[]
    'driftfile' : string = '/var/lib/chrony/drift' with match(SELF, '^/')
    @{desc = step the clock when it is off by threshold seconds, at the first limit updates}
    'makestep' ? chrony_makestep
    'rtcsync' : boolean = true
    'allow' ? string[]
    'deny' ? string[]
    'local_stratum' ? long(1..15)
    'keyfile' ? string
    'leapsectz' ? string
    'logdir' ? string
    'maxupdateskew' ? double
    'bindcmdaddress' ? string
    'cmdport' ? long(0..65535)
    'minsources' ? long(1..)
    @{desc = further lines as they are}
    'lines' ? string[]
} with exists(SELF['servers']) || exists(SELF['pools']);

bind '/software/components/chrony' = component_chrony;
