@{ desc = A node that people log in to from outside }
template machine-types/login;

variable NODE_ROLE = 'login';
variable FILESYSTEM_LAYOUT ?= 'server';
variable SSH_GROUPS = list('operators', 'physics', 'biology', 'chemistry', 'software');
variable SSH_PASSWORDS = true;
variable LIMIT_PROCESSES = 4096;

include 'machine-types/base';
include 'components/metaconfig/config';
include 'components/sysctl/config';
include 'site/network_public';
include 'config/os/packages/development';
include 'config/os/packages/login';
include 'service/batch/client';
include 'service/storage/client';
include 'site/monitoring';

'/software/components/metaconfig/services/{/etc/ssh/sshd_config.d/50-site.conf}/contents/X11Forwarding' = true;
'/software/components/metaconfig/services/{/etc/ssh/sshd_config.d/50-site.conf}/contents/Banner' = '/etc/issue.net';

# One person must not take the machine from the others.
'/software/components/metaconfig/services' = ini_file('/etc/systemd/system/user-.slice.d/50-site.conf', dict(
    'Slice', dict('CPUQuota', '800%', 'MemoryMax', '32G', 'TasksMax', 2048),
));

prefix '/software/components/sysctl/variables';
'kernel.perf_event_paranoid' = '3';
'net.ipv4.tcp_keepalive_time' = '120';

prefix '/system/monitoring/metrics';
'users' = metric('sensor-users', 60, '1');
'login_failures' = metric('sensor-log', 60, '1');
'login_failures/alarms/attack' = alarm('above', 100, 'someone guesses passwords', 3);

include 'service/inventory';
