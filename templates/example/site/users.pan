@{ desc = /system/accounts: the groups and people of the site. Who may log in where is the business \
 of the roles }
unique template site/users;

prefix '/system/accounts/groups';
'users/gid' = 100;
'operators/gid' = 1100;
'physics/gid' = 1200;
'biology/gid' = 1201;
'chemistry/gid' = 1202;
'software/gid' = 1203;
'slurm/gid' = 980;
'munge/gid' = 981;

prefix '/system/accounts/users';
'slurm' = dict('uid', 980, 'groups', list('slurm'), 'home', '/var/lib/slurm', 'shell', '/usr/sbin/nologin', 'comment', 'batch system', 'locked', true);
'munge' = dict('uid', 981, 'groups', list('munge'), 'home', '/var/lib/munge', 'shell', '/usr/sbin/nologin', 'comment', 'authentication of the batch system', 'locked', true);

@{ desc = people: name, uid, groups, full name }
final variable PEOPLE = dict(
    'aalto', list(20001, list('operators', 'users'), 'Aino Aalto'),
    'berg', list(20002, list('operators', 'users'), 'Bengt Berg'),
    'costa', list(20003, list('operators', 'software', 'users'), 'Carla Costa'),
    'dubois', list(20004, list('physics', 'users'), 'Denis Dubois'),
    'eriksen', list(20005, list('physics', 'users'), 'Elin Eriksen'),
    'fischer', list(20006, list('physics', 'software', 'users'), 'Frieda Fischer'),
    'garcia', list(20007, list('physics', 'users'), 'Gabriel Garcia'),
    'horvath', list(20008, list('biology', 'users'), 'Hanna Horvath'),
    'ivanova', list(20009, list('biology', 'users'), 'Irina Ivanova'),
    'jansen', list(20010, list('biology', 'users'), 'Joris Jansen'),
    'kowalski', list(20011, list('chemistry', 'users'), 'Kamil Kowalski'),
    'lindgren', list(20012, list('chemistry', 'users'), 'Lars Lindgren'),
    'moreau', list(20013, list('chemistry', 'software', 'users'), 'Marie Moreau'),
    'novak', list(20014, list('physics', 'users'), 'Nina Novak'),
    'oconnor', list(20015, list('physics', 'users'), 'Orla O''Connor'),
    'popescu', list(20016, list('biology', 'users'), 'Petru Popescu'),
    'rossi', list(20017, list('chemistry', 'users'), 'Rita Rossi'),
    'schmidt', list(20018, list('physics', 'users'), 'Sven Schmidt'),
    'tanaka', list(20019, list('biology', 'users'), 'Taro Tanaka'),
    'weber', list(20020, list('software', 'users'), 'Wanda Weber'),
);

'/system/accounts/users' = {
    foreach (name; person; PEOPLE) {
        SELF[name] = dict(
            'uid', person[0],
            'groups', person[1],
            'home', '/home/' + name,
            'comment', person[2],
            'create_home', false,
        );
    };
    SELF;
};
'/system/accounts/administrators' = list('aalto', 'berg', 'costa');
