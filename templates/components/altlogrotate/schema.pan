@{ desc = Rotation of logs: ncm-altlogrotate(8) }
declaration template components/altlogrotate/schema;

include 'quattor/types/component';
include 'pan/types';

type structure_altlogrotate_scripts = {
    'prerotate' ? string
    'postrotate' ? string
    'firstaction' ? string
    'lastaction' ? string
};

type structure_altlogrotate_create_params = {
    'mode' : string with match(SELF, '^0[0-7]{3}$')
    'owner' : string
    'group' : string
};

type structure_altlogrotate_su = {
    'user' : string
    'group' : string
};

type structure_altlogrotate_logrot = {
    'pattern' ? string
    @{desc = put it into the main file, after the entry called global}
    'global' ? boolean
    @{desc = replace the file of that name when there is one}
    'overwrite' ? boolean
    'include' ? string
    'compress' ? boolean
    'copy' ? boolean
    'copytruncate' ? boolean
    'delaycompress' ? boolean
    'ifempty' ? boolean
    'missingok' ? boolean
    'sharedscripts' ? boolean
    'dateext' ? boolean
    'compresscmd' ? string
    'uncompresscmd' ? string
    'compressext' ? string
    'compressoptions' ? string
    'create' ? boolean
    'createparams' ? structure_altlogrotate_create_params
    'extension' ? string
    'mail' ? type_email
    'nomail' ? boolean
    'mailselect' ? choice('first', 'last')
    'olddir' ? string
    'noolddir' ? boolean
    'rotate' ? long(0..)
    'start' ? long(0..)
    'size' ? string with match(SELF, '^\d+[kMG]?$')
    'taboo_replace' ? boolean
    'tabooext' ? string[]
    'frequency' ? choice('hourly', 'daily', 'weekly', 'monthly', 'yearly')
    'scripts' ? structure_altlogrotate_scripts
    'su' ? structure_altlogrotate_su
} with {
    if (exists(SELF['pattern']) && exists(SELF['include'])) error('pattern and include exclude each other');
    true;
};

type component_altlogrotate = {
    include structure_component
    'configFile' : string = '/etc/logrotate.conf'
    'configDir' : string = '/etc/logrotate.d'
    @{desc = by name; the one called global begins the main file}
    'entries' : structure_altlogrotate_logrot{}
} with {
    if (!exists(SELF['entries']['global'])) {
        foreach (name; entry; SELF['entries']) {
            if (exists(entry['global']) && entry['global']) error('%s: there is no entry called global', name);
        };
    };
    true;
};

bind '/software/components/altlogrotate' = component_altlogrotate;
