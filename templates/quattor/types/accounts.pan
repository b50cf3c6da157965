@{ desc = Types of /system/accounts: the local users and groups of a node }
declaration template quattor/types/accounts;

include 'pan/types';

type structure_account_group = {
    'gid' : long(0..65533)
    'members' ? valid_user[]
};

type structure_account_user = {
    'uid' : long(0..65533)
    @{ desc = the first is the primary group }
    'groups' : valid_user[1..]
    'home' : absolute_file_path
    'shell' : absolute_file_path = '/bin/bash'
    @{ desc = full name }
    'comment' : string = '' with !match(SELF, '[:\n]')
    'create_home' : boolean = true
    'locked' : boolean = false
    @{ desc = public keys that may log in }
    'ssh_keys' ? string[] with {
        foreach (i; line; SELF) {
            if (!match(line, '^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$'))
                error('key %d is not a line of authorized_keys', i);
        };
        true;
    }
};

@{ desc = /system/accounts }
type structure_accounts = {
    'users' : structure_account_user{}
    'groups' : structure_account_group{}
    @{ desc = may become root by sudo }
    'administrators' ? valid_user[]
} with {
    ids = dict();
    foreach (name; user; SELF['users']) {
        if (!is_user_name(name)) error('%s cannot be the name of a user', name);
        id = '_' + to_string(user['uid']);
        if (exists(ids[id]))
            error('users %s and %s have the same uid %d', ids[id], name, user['uid']);
        ids[id] = name;
        foreach (i; group; user['groups']) {
            if (!exists(SELF['groups'][group]))
                error('user %s is in group %s, which does not exist', name, group);
        };
    };
    ids = dict();
    foreach (name; group; SELF['groups']) {
        id = '_' + to_string(group['gid']);
        if (exists(ids[id]))
            error('groups %s and %s have the same gid %d', ids[id], name, group['gid']);
        ids[id] = name;
        if (exists(group['members'])) {
            foreach (i; member; group['members']) {
                if (!exists(SELF['users'][member]))
                    error('group %s has member %s, who does not exist', name, member);
            };
        };
    };
    if (exists(SELF['administrators'])) {
        foreach (i; name; SELF['administrators']) {
            if (!exists(SELF['users'][name])) error('administrator %s does not exist', name);
        };
    };
    true;
};
