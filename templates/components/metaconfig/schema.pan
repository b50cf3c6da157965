@{ desc = Structured files from trees: ncm-metaconfig(8) }
declaration template components/metaconfig/schema;

include 'quattor/types/component';
include 'pan/types';

type metaconfig_extension = extensible {};

type caf_service_action = string with match(SELF, '^(restart|reload|stop_sleep_start|condrestart)$');

@{ desc = spelling of values and names; at most one of each line }
type metaconfig_convert = {
    'yesno' ? boolean
    'YESNO' ? boolean
    'truefalse' ? boolean
    'TRUEFALSE' ? boolean
    'singlequote' ? boolean
    'doublequote' ? boolean
    'joincomma' ? boolean
    'joinspace' ? boolean
    'lowerkey' ? boolean
    'upperkey' ? boolean
    'unescapekey' ? boolean
    'xml' ? boolean
} with {
    foreach (i; group; list(list('yesno', 'YESNO', 'truefalse', 'TRUEFALSE'), list('singlequote', 'doublequote'),
                            list('joincomma', 'joinspace'), list('lowerkey', 'upperkey'))) {
        n = 0;
        foreach (j; flag; group) {
            if (is_defined(SELF[flag]) && SELF[flag]) n = n + 1;
        };
        if (n > 1) error('conversions of one kind exclude each other');
    };
    true;
};

@{ desc = names of registered commands }
type metaconfig_actions = {
    'pre' ? string
    'test' ? string
    'changed' ? string
    'post' ? string
};

type metaconfig_config = {
    'mode' : long = 0644
    'owner' : string = 'root'
    'group' : string = 'root'
    @{desc = by name of the service}
    'daemons' ? caf_service_action{}
    'daemon' ? string[]
    @{desc = json jsonpretty yaml yamlmulti properties tiny ini general toml shell systemd xml, or a template below /usr/share/templates/quattor/metaconfig}
    'module' : string
    @{desc = suffix under which the replaced file is kept}
    'backup' ? string
    'preamble' ? string
    'convert' ? metaconfig_convert
    'actions' ? metaconfig_actions
    @{desc = a file that is not active is left as it is}
    'active' : boolean = true
    'contents' : metaconfig_extension
};

type component_metaconfig = {
    include structure_component
    @{desc = by escaped name of the file}
    'services' ? metaconfig_config{}
    @{desc = command lines by name; a leading - ignores failure}
    'commands' ? string{}
    @{desc = the layout of the component of Quattor, byte for byte}
    'historic' ? boolean
};

bind '/software/components/metaconfig' = component_metaconfig;
