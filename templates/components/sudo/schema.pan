@{ desc = Who may do what as whom: ncm-sudo(8) }
declaration template components/sudo/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = an alias is in capitals }
function sudo_aliases_are_capitals = {
    foreach (name; members; ARGV[0]) {
        if (!match(name, '^[A-Z][A-Z0-9_]*$')) error('%s: an alias is written in capitals', name);
        if (length(members) == 0) error('%s: an alias without members', name);
    };
    true;
};

type structure_privilege_line = {
    'user' : string
    'run_as' : string
    'host' : string
    'options' ? string with match(SELF, '^(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT)$')
    'cmd' : string
};

@{ desc = settings for one user, host or target, or for everybody }
type structure_sudo_defaults = {
    'user' ? string
    'run_as' ? string
    'host' ? string
    'cmd' ? string
    @{desc = true, false, a number or a text by name: sudoers(5)}
    'options' : extensible {}
};

type component_sudo = {
    include structure_component
    'general_options' ? structure_sudo_defaults[]
    'user_aliases' ? string[]{} with sudo_aliases_are_capitals(SELF)
    'run_as_aliases' ? string[]{} with sudo_aliases_are_capitals(SELF)
    'host_aliases' ? string[]{} with sudo_aliases_are_capitals(SELF)
    'cmd_aliases' ? string[]{} with sudo_aliases_are_capitals(SELF)
    'privilege_lines' : structure_privilege_line[]
    'includes' ? string[]
    'includes_dirs' ? string[]
};

bind '/software/components/sudo' = component_sudo;
