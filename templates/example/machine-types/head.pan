@{ desc = The node that schedules jobs }
template machine-types/head;

variable NODE_ROLE = 'head';
variable FILESYSTEM_LAYOUT ?= 'server';
variable LOG_KEEP_DAYS = 90;

include 'machine-types/base';
include 'components/sysctl/config';
include 'config/os/packages/development';
include 'config/os/packages/head';
include 'service/batch/head';
include 'service/storage/client';
include 'site/monitoring';

prefix '/software/components/sysctl/variables';
'net.core.somaxconn' = '16384';
'net.ipv4.tcp_max_syn_backlog' = '65536';

prefix '/system/monitoring/metrics';
'jobs_waiting' = metric('sensor-batch', 60, '1');
'jobs_running' = metric('sensor-batch', 60, '1');
'scheduler_cycle' = metric('sensor-batch', 60, 'ms');
'scheduler_cycle/alarms/slow' = alarm('above', 30000, 'the scheduler is slow', 3);
'database_lag' = metric('sensor-mysql', 60, 's');

include 'service/inventory';
