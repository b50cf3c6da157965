@{ desc = Where messages go: ncm-syslog(8) }
declaration template components/syslog/schema;

include 'quattor/types/component';
include 'pan/types';

type component_syslog_selector_type = {
    'facility' : string with match(SELF, '^(\*|auth|authpriv|cron|daemon|ftp|kern|lpr|mail|mark|news|security|syslog|user|uucp|local[0-7])$')
    'priority' : string with match(SELF, '^[!=]?(\*|debug|info|notice|none|warning|warn|err|error|crit|alert|emerg|panic)$')
};

type component_syslog_rule = {
    @{desc = without: the action is a whole line}
    'selector' ? component_syslog_selector_type[]
    'action' : string
    'comment' ? string
    'template' ? string
};

type component_syslog = {
    include structure_component
    'daemontype' : string = 'rsyslog' with match(SELF, '^r?syslog$')
    'config' : component_syslog_rule[]
    @{desc = lines before the rules}
    'directives' ? string[]
    'file' ? string with match(SELF, '^/')
    @{desc = the whole file of the daemon is ours}
    'fullcontrol' ? boolean
    'syslogdoptions' ? string
    'klogdoptions' ? string
};

bind '/software/components/syslog' = component_syslog;
