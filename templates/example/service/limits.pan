@{ desc = What one service or one login may use }
unique template service/limits;

include 'service/file';
include 'components/metaconfig/config';

variable LIMIT_FILES ?= 65536;
variable LIMIT_PROCESSES ?= 32768;

type service_limits = {
    'Manager' : {
        'DefaultLimitNOFILE' : long(1024..)
        'DefaultLimitNPROC' : long(1024..)
        'DefaultLimitCORE' : long(0..) = 0
        'DefaultLimitMEMLOCK' : string = 'infinity'
        'DefaultTasksMax' : string with match(SELF, '^\d+%?$')
        'DefaultTimeoutStopSec' : long(1..) = 60
        'DefaultCPUAccounting' : boolean = true
        'DefaultMemoryAccounting' : boolean = true
        'DefaultIOAccounting' : boolean = true
    }
};
bind '/software/components/metaconfig/services/{/etc/systemd/system.conf.d/50-site-limits.conf}/contents' = service_limits;

'/software/components/metaconfig/services' = ini_file('/etc/systemd/system.conf.d/50-site-limits.conf', dict(
    'Manager', dict('DefaultLimitNOFILE', LIMIT_FILES, 'DefaultLimitNPROC', LIMIT_PROCESSES, 'DefaultTasksMax', '80%'),
));
