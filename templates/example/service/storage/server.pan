@{ desc = Serves its volumes to the nodes of the batch system }
unique template service/storage/server;

include 'service/file';
include 'service/storage/common';
include 'components/metaconfig/config';
include 'components/cron/config';
include 'components/dirperm/config';

variable NFS_THREADS ?= 4 * get_num_of_cores();

type service_nfs = {
    'nfsd' : {
        'threads' : long(1..1024)
        'vers3' : boolean = false
        'vers4.2' : boolean = true
        'grace-time' : long(10..300) = 60
    }
};
bind '/software/components/metaconfig/services/{/etc/nfs.conf.d/site.conf}/contents' = service_nfs;

'/software/components/metaconfig/services' = ini_file('/etc/nfs.conf.d/site.conf', dict(
    'nfsd', dict('threads', NFS_THREADS),
), 'nfs-server');

prefix '/software/components/metaconfig/services/{/etc/site/exports.yaml}';
'module' = 'yaml';
'contents' = {
    foreach (name; volume; STORAGE_VOLUMES) {
        if (volume['server'] == OBJECT) {
            SELF[name] = dict('path', volume['path'], 'clients', list('10.1.0.0/16'), 'options', list('rw', 'root_squash', 'sec=sys'));
        };
    };
    if (is_defined(SELF)) SELF else dict();
};

'/software/components/cron/entries' = append(cron_entry(
    'raid-check', format('%d 1 * * 6', node_slot(60, 'raid')), 'echo check > /sys/block/md2/md/sync_action', 'read all data disks once a week'
));
'/software/components/cron/entries' = append(cron_entry(
    'quota-report', '0 6 * * *', 'xfs_quota -x -c "report -h" /srv/homes > /var/log/site/quota', 'what people use'
));
'/software/components/cron/entries' = append(cron_entry(
    'snapshot', '20 0 * * *', '/opt/site/bin/snapshot /srv/homes --keep 14', 'snapshots of the homes'
));
'/software/components/dirperm/paths' = {
    append(directory('/srv/data', '0755', 'root:root'));
    append(directory('/srv/homes', '0755', 'root:root'));
    append(directory('/srv/data/physics', '2770', 'root:physics'));
    append(directory('/srv/data/biology', '2770', 'root:biology'));
    append(directory('/srv/data/chemistry', '2770', 'root:chemistry'));
    SELF;
};
