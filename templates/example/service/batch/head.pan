@{ desc = The scheduler. It takes the size of its workers from their own profiles, so that the two \
 cannot disagree }
unique template service/batch/head;

include 'service/batch/common';
include 'components/metaconfig/config';
include 'components/dirperm/config';
include 'components/cron/config';

variable BATCH_WORKERS ?= {
    names = list();
    foreach (name; node; NODES) {
        if (match(name, '^lxb\d+\.')) append(names, name);
    };
    names;
};

prefix '/software/components/metaconfig/services/{/etc/site/batch-nodes.json}';
'module' = 'json';
'daemons/slurmctld' = 'reload';
'contents' = {
    foreach (i; name; BATCH_WORKERS) {
        offer = value(name + ':/software/components/metaconfig/services/' + escape('/etc/site/batch-node.yaml') + '/contents');
        SELF[offer['name']] = dict(
            'address', value(name + ':/system/network/interfaces/eth0/ip'),
            'cores', offer['cores'],
            'memory_mb', offer['memory_mb'],
            'weight', offer['weight'],
            'features', offer['features'],
            'state', if (value(name + ':/system/state') == 'production') 'up' else 'down',
        );
    };
    SELF;
};

'/software/components/dirperm/paths' = {
    append(directory('/var/spool/slurmctld', '0755', 'slurm:slurm'));
    append(directory('/var/log/slurm', '0750', 'slurm:slurm'));
    SELF;
};
'/software/components/cron/entries' = append(cron_entry(
    'batch-accounting', '10 0 * * *', '/opt/site/bin/batch-accounting --yesterday', 'usage records of the day'
));
'/software/components/cron/entries' = append(cron_entry(
    'batch-backup', '40 3 * * *', 'mysqldump --single-transaction slurm_acct | gzip > /var/backups/slurm_acct.sql.gz', 'accounting database'
));
'/software/components/cron/entries' = append(cron_entry(
    'batch-report', '0 7 * * 1', '/opt/site/bin/batch-report --week --mail ' + SITE_MAIL, 'usage of the week'
));
