@{ desc = A node that runs jobs }
template machine-types/worker;

variable NODE_ROLE = 'worker';
variable FILESYSTEM_LAYOUT ?= 'worker';
variable LIMIT_FILES = 262144;

include 'machine-types/base';
include 'components/sysctl/config';
include 'config/os/packages/development';
include 'config/os/packages/worker';
include 'service/batch/worker';
include 'service/storage/client';
include 'site/monitoring';

# Parallel jobs pin memory and open many connections at once.
prefix '/software/components/sysctl/variables';
'kernel.numa_balancing' = '0';
'kernel.yama.ptrace_scope' = '0';
'net.core.somaxconn' = '16384';
'vm.overcommit_memory' = '2';
'vm.overcommit_ratio' = '95';
'vm.swappiness' = '1';

prefix '/system/monitoring/metrics';
'jobs_running' = metric('sensor-batch', 60, '1');
'jobs_failed' = metric('sensor-batch', 300, '1');
'scratch_io' = metric('sensor-io', 60, 'MB/s');
'scratch_io/params/device' = 'nvme0n1';
'node_health' = metric('sensor-health', 300, '1');
'node_health/alarms/sick' = alarm('differs', 0, 'the node should take no more jobs', 2, 'error');

include 'service/inventory';
