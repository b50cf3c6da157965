@{ desc = Local users and groups: ncm-accounts(8) }
declaration template components/accounts/schema;

include 'quattor/types/component';
include 'pan/types';

@{ desc = no two entries of a dict have the same value under a name }
function accounts_differ_in = {
    seen = dict();
    foreach (name; entry; ARGV[0]) {
        number = '_' + to_string(entry[ARGV[1]]);
        if (exists(seen[number])) error('%s and %s have the same %s', seen[number], name, ARGV[1]);
        seen[number] = name;
    };
    true;
};

type structure_userinfo = {
    'comment' ? string with !match(SELF, '[:\n]')
    @{desc = pools: the number of the account is put behind it}
    'homeDir' ? absolute_file_path
    'createHome' ? boolean
    'createKeys' ? boolean
    @{desc = the first is the primary group}
    'groups' : string[]
    @{desc = encrypted, as it stands in shadow}
    'password' ? string with !match(SELF, '[:\n]')
    @{desc = empty: an existing account keeps its own}
    'shell' : string = '/bin/bash'
    'uid' : long(0..)
    @{desc = a pool of accounts NAME0, NAME1, ... with uids that follow each other}
    'poolStart' ? long(0..)
    'poolDigits' ? long(1..)
    'poolSize' ? long(0..)
    'info' ? string{}
    'ldap' ? boolean
};

type structure_groupinfo = {
    'comment' ? string
    'gid' : long(1..)
    @{desc = members whether they are local users or not}
    'requiredMembers' ? string[]
    @{desc = others than the configured members go}
    'replaceMembers' : boolean = false
};

type structure_login_defs = {
    'uid_min' ? long(1..)
    'uid_max' ? long(1..)
    'gid_min' ? long(1..)
    'gid_max' ? long(1..)
    'pass_max_days' ? long(1..)
    'pass_min_days' ? long(0..)
    'pass_min_len' ? long(1..)
    'pass_warn_age' ? long(0..)
    'create_home' ? choice('yes', 'no')
    'mail_dir' ? string
    'umask' ? type_octal_mode
    'userdel_cmd' ? string
    'usergroups_enab' ? boolean
};

type component_accounts = {
    include structure_component
    @{desc = encrypted password of root}
    'rootpwd' ? string with !match(SELF, '[:\n]')
    'rootshell' ? absolute_file_path
    'shadowpwd' ? boolean
    'users' ? structure_userinfo{} with accounts_differ_in(SELF, 'uid')
    'groups' ? structure_groupinfo{} with accounts_differ_in(SELF, 'gid')
    'login_defs' ? structure_login_defs
    @{desc = accounts and groups that are neither configured nor kept are removed}
    'remove_unknown' : boolean = false
    @{desc = what remove_unknown leaves alone: ids below the minimum of login.defs, up to the maximum, nothing}
    'preserved_accounts' : choice('none', 'system', 'dyn_user_group') = 'dyn_user_group'
    'kept_users' : string{} = dict()
    'kept_groups' : string{} = dict()
    'ldap' ? boolean
};

bind '/software/components/accounts' = component_accounts;
