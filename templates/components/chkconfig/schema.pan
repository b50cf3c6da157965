@{ desc = Services that start with the system: ncm-chkconfig(8) }
declaration template components/chkconfig/schema;

include 'quattor/types/component';
include 'pan/types';

function chkconfig_allow_combinations = {
    stronger = dict('del', list('add', 'on', 'reset'), 'off', list('on', 'reset'), 'on', list('reset'));
    foreach (word; weaker; stronger) {
        if (exists(ARGV[0][word])) {
            foreach (i; other; weaker) {
                if (exists(ARGV[0][other])) error("'%s' and '%s' of a service exclude each other", word, other);
            };
        };
    };
    true;
};

type service_type = {
    @{desc = when it is not the key}
    'name' ? string
    'add' ? boolean
    'del' ? boolean
    @{desc = run levels, 2345 when empty}
    'on' ? string
    'off' ? string
    'reset' ? string
    @{desc = start it when it is switched on, stop it when off}
    'startstop' ? boolean
} with chkconfig_allow_combinations(SELF);

type component_chkconfig_type = {
    include structure_component
    'service' : service_type{} = dict()
    @{desc = what happens to all other services}
    'default' ? choice('ignore', 'off')
};

bind '/software/components/chkconfig' = component_chkconfig_type;
