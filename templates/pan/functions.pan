@{ desc = Functions of general use in templates }
declaration template pan/functions;

include 'pan/types';

@{ desc = as in '/list' = push(a, b) puts the arguments at the end of the list that is there }
function push = {
    result = if (is_defined(SELF)) SELF else list();
    if (!is_list(result)) error('push: the value here is no list');
    foreach (i; item; ARGV) result[length(result)] = item;
    result;
};

@{ desc = as in '/dict' = npush(key, value, ...) adds pairs to the dict that is there; a key may not \
 come twice }
function npush = {
    result = if (is_defined(SELF)) SELF else dict();
    if (!is_dict(result)) error('npush: the value here is no dict');
    if (ARGC % 2 != 0) error('npush: a key without a value');
    for (i = 0; i < ARGC; i = i + 2) {
        if (exists(result[ARGV[i]])) error('npush: key %s is already there', ARGV[i]);
        result[ARGV[i]] = ARGV[i+1];
    };
    result;
};

@{ desc = push when the first argument is true; otherwise the value stays as it is }
function push_if = {
    result = if (is_defined(SELF)) SELF else list();
    if (ARGV[0]) {
        for (i = 1; i < ARGC; i = i + 1) result[length(result)] = ARGV[i];
    };
    result;
};

@{ desc = is the first argument one of the items of the second, a list? }
function list_contains = index(ARGV[0], ARGV[1]) >= 0;

@{ desc = the name of the node without its domain; object templates are named by the full name of \
 the node }
function hostname_from_object = {
    parts = matches(OBJECT, '^(?:.*/)?([^./]+)');
    if (length(parts) != 2 || !is_shorthostname(parts[1]))
        error('%s is not named after a node', OBJECT);
    parts[1];
};

@{ desc = the domain of the node, from the name of its object template; the argument when that has none }
function domain_from_object = {
    parts = matches(OBJECT, '^(?:.*/)?[^./]+\.(.+)$');
    if (length(parts) == 2) return(parts[1]);
    if (ARGC != 1) error('%s: the name has no domain', OBJECT);
    ARGV[0];
};

@{ desc = the full name of the node }
function full_hostname_from_object =
    hostname_from_object() + '.' + (if (ARGC == 0) domain_from_object() else domain_from_object(ARGV[0]));

@{ desc = a number from 0 to the first argument minus one, always the same for one node and one \
 optional salt. Spreads what would otherwise happen on all nodes in the same minute }
function node_slot = {
    salt = if (ARGC > 1) ARGV[1] else '';
    to_long(substr(digest('SHA-256', OBJECT + salt + 'padding'), 0, 8), 16) % ARGV[0];
};
