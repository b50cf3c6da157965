@{ desc = What templates call to fill /software/components/accounts: create_user, create_group, \
 create_accounts_from_db, keep_user_group }
declaration template components/accounts/functions;

variable ACCOUNTS_USER_HOME_ROOT ?= '/home';
variable ACCOUNTS_USER_CREATE_HOME ?= true;
@{ desc = a user without groups gets one of its name }
variable ACCOUNTS_USER_AUTOGROUP ?= true;
@{ desc = groups of a user must be configured; its own one is made with the user's number }
variable ACCOUNTS_USER_CHECK_GROUP ?= true;
variable ACCOUNTS_IGNORE_MISSING_GROUPS ?= false;
variable ACCOUNTS_USER_COMMENT ?= 'Created by ncm-accounts';

@{ desc = create_group(name, dict): "/software/components/accounts" = create_group("batch", dict("gid", 2000)) }
function create_group = {
    if (ARGC != 2 || !is_dict(ARGV[1])) error('create_group(NAME, DICT)');
    SELF['groups'][ARGV[0]] = ARGV[1];
    SELF;
};

@{ desc = the accounts (first argument) with one more user: name, dict }
function accounts_with_user = {
    accounts = ARGV[0];
    name = ARGV[1];
    user = ARGV[2];
    if (!exists(user['homeDir'])) user['homeDir'] = ACCOUNTS_USER_HOME_ROOT + '/' + name;
    if (!exists(user['createHome'])) user['createHome'] = ACCOUNTS_USER_CREATE_HOME;
    if (!exists(user['comment'])) user['comment'] = ACCOUNTS_USER_COMMENT;
    if (!exists(user['groups']) && ACCOUNTS_USER_AUTOGROUP) user['groups'] = list(name);
    groups = list();
    foreach (i; group; user['groups']) {
        known = !ACCOUNTS_USER_CHECK_GROUP || exists(accounts['groups'][group]);
        if (!known && group == name && exists(user['uid']) && !exists(user['poolSize'])) {
            accounts['groups'][group] = dict('gid', user['uid']);
            known = true;
        };
        if (known) {
            groups[length(groups)] = group;
        } else if (!ACCOUNTS_IGNORE_MISSING_GROUPS) {
            error('user %s: group %s is not configured', name, group);
        };
    };
    user['groups'] = groups;
    accounts['users'][name] = user;
    accounts;
};

@{ desc = create_user(name, dict): the user with the defaults of the variables above, and its own group where it has none }
function create_user = {
    if (ARGC != 2 || !is_dict(ARGV[1])) error('create_user(NAME, DICT)');
    accounts_with_user(SELF, ARGV[0], clone(ARGV[1]));
};

@{ desc = create_accounts_from_db(dict of all, list of names, 1 for groups): those of the list, or all }
function create_accounts_from_db = {
    if (ARGC < 1 || !is_dict(ARGV[0])) error('create_accounts_from_db(DICT [, LIST [, 1]])');
    names = list();
    if (ARGC > 1 && is_defined(ARGV[1])) {
        names = ARGV[1];
    } else {
        foreach (name; entry; ARGV[0]) names[length(names)] = name;
    };
    accounts = SELF;
    foreach (i; name; names) {
        if (!exists(ARGV[0][name])) error('%s is not in the list of accounts', name);
        if (ARGC > 2 && ARGV[2] == 1) {
            accounts['groups'][name] = clone(ARGV[0][name]);
        } else {
            accounts = accounts_with_user(accounts, name, clone(ARGV[0][name]));
        };
    };
    accounts;
};

@{ desc = keep_user_group(name or list): "/software/components/accounts/kept_users" = keep_user_group("nagios") }
function keep_user_group = {
    names = if (is_list(ARGV[0])) ARGV[0] else list(ARGV[0]);
    foreach (i; name; names) SELF[name] = '';
    SELF;
};
