@{ desc = Commands at given times: ncm-cron(8) }
unique template components/cron/config;

include 'components/cron/schema';

prefix '/software/components/cron';

'active' ?= true;
'dispatch' ?= true;
