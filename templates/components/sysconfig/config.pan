@{ desc = Files of KEY=value lines: ncm-sysconfig(8) }
unique template components/sysconfig/config;

include 'components/sysconfig/schema';

prefix '/software/components/sysconfig';

'active' ?= true;
'dispatch' ?= true;
