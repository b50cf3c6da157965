@{ desc = What templates call to fill /software/components/profile }
declaration template components/profile/functions;

@{ desc = component_profile_add_env(script, name, value); instead of name and value a list of dicts, or one dict, of values \
 by name. An empty script means the default one }
function component_profile_add_env = {
    values = dict();
    if (ARGC == 3) {
        values[ARGV[1]] = ARGV[2];
    } else if (ARGC == 2 && is_dict(ARGV[1])) {
        values = ARGV[1];
    } else if (ARGC == 2 && is_list(ARGV[1])) {
        foreach (i; part; ARGV[1]) {
            foreach (name; value; part) values[name] = value;
        };
    } else {
        error('component_profile_add_env(SCRIPT, NAME, VALUE) or (SCRIPT, LIST OR DICT)');
    };
    foreach (name; value; values) {
        if (ARGV[0] == '') SELF['env'][name] = value else SELF['scripts'][escape(ARGV[0])]['env'][name] = value;
    };
    SELF;
};

@{ desc = component_profile_add_path(script, name, value, part): part is prepend, append or value; the value is a text or a list }
function component_profile_add_path = {
    part = if (ARGC > 3) ARGV[3] else 'value';
    if (!match(part, '^(prepend|append|value)$')) error('%s is none of prepend, append, value', part);
    values = if (is_list(ARGV[2])) ARGV[2] else list(ARGV[2]);
    foreach (i; value; values) {
        if (ARGV[0] == '') {
            SELF['path'][ARGV[1]][part] = append(SELF['path'][ARGV[1]][part], value);
        } else {
            SELF['scripts'][escape(ARGV[0])]['path'][ARGV[1]][part] = append(SELF['scripts'][escape(ARGV[0])]['path'][ARGV[1]][part], value);
        };
    };
    SELF;
};
