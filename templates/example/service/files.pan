@{ desc = Directories and links every node has }
unique template service/files;

include 'components/dirperm/config';
include 'components/symlink/config';

@{ desc = user:group in numbers, from /system/accounts, so that a directory can be made before its \
 owner is }
function owner_in_numbers = {
    parts = split(':', ARGV[0]);
    uid = if (parts[0] == 'root') 0 else value('/system/accounts/users/' + parts[0] + '/uid');
    gid = if (parts[1] == 'root') 0 else value('/system/accounts/groups/' + parts[1] + '/gid');
    format('%d:%d', uid, gid);
};

@{ desc = one directory for component dirperm: path, mode, owner as user:group }
function directory = dict('path', ARGV[0], 'type', 'd', 'perm', ARGV[1], 'owner', owner_in_numbers(ARGV[2]));

@{ desc = one link for component symlink: name, target. An old link is replaced, a file in the way \
 is kept }
function link_to = dict('name', ARGV[0], 'target', ARGV[1], 'replace', dict('link', 'yes', 'none', 'yes'));

'/software/components/dirperm/paths' = {
    append(directory('/etc/site', '0755', 'root:root'));
    append(directory('/var/crash', '1777', 'root:root'));
    append(directory('/var/log/site', '0750', 'root:operators'));
    append(directory('/opt/site', '0755', 'root:root'));
    append(directory('/opt/site/bin', '0755', 'root:root'));
    append(directory('/opt/site/etc', '0755', 'root:root'));
    SELF;
};
'/software/components/symlink/links' = {
    append(link_to('/etc/localtime', '/usr/share/zoneinfo/' + SITE_TIMEZONE));
    append(link_to('/opt/site/current', '/opt/site/' + SITE_RELEASE));
    append(link_to('/var/lib/site', '/opt/site/etc'));
    SELF;
};
