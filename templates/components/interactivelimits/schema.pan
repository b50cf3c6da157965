@{ desc = Limits of sessions: ncm-interactivelimits(8) }
declaration template components/interactivelimits/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = domain, type, item and value }
function interactivelimits_are_four_words = {
    foreach (i; limit; ARGV[0]) {
        if (length(limit) != 4) error('limit %d: domain, type, item and value are needed', i);
        if (!match(limit[1], '^(hard|soft|-)$')) error('limit %d: %s is none of hard, soft and -', i, limit[1]);
    };
    true;
};

type component_interactivelimits = {
    include structure_component
    'values' : string[][] with interactivelimits_are_four_words(SELF)
};

bind '/software/components/interactivelimits' = component_interactivelimits;
