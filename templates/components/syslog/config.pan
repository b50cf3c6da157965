@{ desc = Where messages go: ncm-syslog(8) }
unique template components/syslog/config;

include 'components/syslog/schema';

prefix '/software/components/syslog';

'active' ?= true;
'dispatch' ?= true;
