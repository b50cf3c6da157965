@{ desc = Which server has which file system }
declaration template service/storage/common;

variable STORAGE_VOLUMES ?= dict(
    'home', dict('server', 'lxdisk01.example.org', 'path', '/srv/homes', 'mountpoint', '/home', 'options', 'rw,hard,nosuid,nodev'),
    'physics', dict('server', 'lxdisk01.example.org', 'path', '/srv/data', 'mountpoint', '/data/physics', 'options', 'rw,hard,nosuid,nodev,noatime'),
    'biology', dict('server', 'lxdisk02.example.org', 'path', '/srv/data', 'mountpoint', '/data/biology', 'options', 'rw,hard,nosuid,nodev,noatime'),
    'chemistry', dict('server', 'lxdisk03.example.org', 'path', '/srv/data', 'mountpoint', '/data/chemistry', 'options', 'rw,hard,nosuid,nodev,noatime'),
    'software', dict('server', 'lxdisk02.example.org', 'path', '/srv/homes', 'mountpoint', '/opt/software', 'options', 'ro,hard,nodev'),
);

type service_mount_unit = {
    'Unit' : {
        'Description' : string
        'After' : string[]
    }
    'Mount' : {
        'What' : string with match(SELF, '^[^:]+:/')
        'Where' : absolute_file_path
        'Type' : choice('nfs', 'nfs4')
        'Options' : string_non_whitespace[1..]
        'TimeoutSec' ? long(1..)
    }
    'Install' : {
        'WantedBy' : string
    }
};
