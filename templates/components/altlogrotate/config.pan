@{ desc = Rotation of logs: ncm-altlogrotate(8) }
unique template components/altlogrotate/config;

include 'components/altlogrotate/schema';

prefix '/software/components/altlogrotate';

'active' ?= true;
'dispatch' ?= true;
