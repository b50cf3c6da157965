@{ desc = Limits of sessions: ncm-interactivelimits(8) }
unique template components/interactivelimits/config;

include 'components/interactivelimits/schema';

prefix '/software/components/interactivelimits';

'active' ?= true;
'dispatch' ?= true;
