@{ desc = A node that runs jobs: what it offers to the scheduler follows from its hardware }
unique template service/batch/worker;

include 'service/batch/common';
include 'service/file';
include 'components/metaconfig/config';
include 'components/dirperm/config';
include 'components/cron/config';

@{ desc = memory kept for the system, in MB }
variable BATCH_SYSTEM_MEMORY ?= 8 * GB;

prefix '/software/components/metaconfig/services/{/etc/site/batch-node.yaml}';
'module' = 'yaml';
'daemons/slurmd' = 'restart';
'contents/name' = hostname_from_object();
'contents/sockets' = length(value('/hardware/cpu'));
'contents/cores' = get_num_of_cores();
'contents/threads_per_core' = value('/hardware/cpu/0/max_threads') / value('/hardware/cpu/0/cores');
'contents/memory_mb' = get_total_ram() - BATCH_SYSTEM_MEMORY;
'contents/scratch_mb' = value('/hardware/harddisks/nvme0n1/capacity');
'contents/weight' = to_long(value('/hardware/benchmarks/hepscore23'));
'contents/features' = list(value('/hardware/rack/name'), to_lowercase(value('/hardware/cpu/0/manufacturer')));

'/software/components/dirperm/paths' = {
    append(directory('/var/spool/slurmd', '0755', 'root:root'));
    append(directory('/scratch', '1777', 'root:root'));
    SELF;
};
'/software/components/cron/entries' = append(cron_entry(
    'scratch-clean', format('%d 1 * * *', node_slot(60, 'scratch')), 'find /scratch -xdev -mindepth 1 -atime +21 -delete', 'files nobody read for three weeks'
));
'/software/components/cron/entries' = append(cron_entry(
    'node-health', '*/5 * * * *', '/opt/site/bin/node-health --quiet', 'close the node to jobs when it is sick'
));
