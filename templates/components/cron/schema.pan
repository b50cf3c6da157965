@{ desc = Commands at given times: ncm-cron(8) }
declaration template components/cron/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_cron_syslog = {
    'facility' : string = 'user'
    'level' : string = 'notice'
    'tagprefix' : string = 'ncm-cron.' with !match(SELF, '\s')
    @{desc = instead of the prefix and the name}
    'tag' ? string with !match(SELF, '\s')
};

type structure_cron_log = {
    'disabled' ? boolean
    'name' ? string with match(SELF, '^/')
    'owner' ? string
    'mode' ? string with match(SELF, '^[0-7]{3,4}$')
} with {
    if (is_defined(SELF['disabled']) && SELF['disabled'] && length(SELF) > 1)
        error('a log that is disabled has no name, owner or mode');
    true;
};

type structure_cron_timing = {
    'minute' ? string
    'hour' ? string
    'day' ? string
    'month' ? string
    'weekday' ? string
    @{desc = minutes over which the nodes of a fabric are spread}
    'smear' ? long(0..1440)
};

type structure_cron = {
    'name' : string with match(SELF, '^[A-Za-z0-9_.-]+$')
    'user' ? string
    'group' ? string
    @{desc = five fields, the first may be AUTO, or an @word}
    'frequency' ? string
    'timing' ? structure_cron_timing
    'command' : string with !match(SELF, '\n')
    'comment' ? string with !match(SELF, '\n')
    'env' ? string{}
    'log' ? structure_cron_log
    'syslog' ? structure_cron_syslog
} with {
    if (exists(SELF['log']) && exists(SELF['syslog'])) error('log and syslog exclude each other');
    if (exists(SELF['frequency']) == exists(SELF['timing'])) error('one of frequency and timing is needed');
    true;
};

type component_cron = {
    include structure_component
    'entries' ? structure_cron[]
    'deny' ? string[]
    'allow' ? string[]
    @{desc = where cron.allow and cron.deny are}
    'securitypath' : string = '/etc'
};

bind '/software/components/cron' = component_cron;
