@{ desc = What every node of the batch system knows: the scheduler and the queues }
unique template service/batch/common;

include 'components/metaconfig/config';
include 'components/dirperm/config';

variable BATCH_HEAD ?= 'lxhead01.example.org';
variable BATCH_QUEUES ?= dict(
    'short', dict('hours', 2, 'priority', 100, 'groups', list('physics', 'biology', 'chemistry', 'software')),
    'long', dict('hours', 72, 'priority', 10, 'groups', list('physics', 'biology', 'chemistry')),
    'operators', dict('hours', 4, 'priority', 1000, 'groups', list('operators')),
);

type service_batch_queue = {
    'hours' : long(1..720)
    'priority' : long(0..1000)
    'groups' : valid_user[1..] with {
        foreach (i; group; SELF) {
            if (!exists('/system/accounts/groups/' + group))
                error('queue for group %s, which does not exist', group);
        };
        true;
    }
};
type service_batch = {
    'head' : type_fqdn
    'cluster' : string_non_whitespace
    'port' : type_port = 6817
    'auth' : choice('munge', 'jwt') = 'munge'
    'queues' : service_batch_queue{1..}
};
bind '/software/components/metaconfig/services/{/etc/site/batch.yaml}/contents' = service_batch;

prefix '/software/components/metaconfig/services/{/etc/site/batch.yaml}';
'module' = 'yaml';
'contents/head' = BATCH_HEAD;
'contents/cluster' = SITE_NAME;
'contents/queues' = BATCH_QUEUES;

'/software/components/dirperm/paths' = {
    append(directory('/etc/munge', '0700', 'munge:munge'));
    append(directory('/var/log/munge', '0700', 'munge:munge'));
    SELF;
};
