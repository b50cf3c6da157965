@{ desc = Time servers: ncm-ntpd(8) }
unique template components/ntpd/config;

include 'components/ntpd/schema';

prefix '/software/components/ntpd';

'active' ?= true;
'dispatch' ?= true;
