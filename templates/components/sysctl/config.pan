@{ desc = Kernel parameters: ncm-sysctl(8) }
unique template components/sysctl/config;

include 'components/sysctl/schema';

prefix '/software/components/sysctl';

'active' ?= true;
'dispatch' ?= true;
