@{ desc = Services that start with the system: ncm-chkconfig(8) }
unique template components/chkconfig/config;

include 'components/chkconfig/schema';

prefix '/software/components/chkconfig';

'active' ?= true;
'dispatch' ?= true;
