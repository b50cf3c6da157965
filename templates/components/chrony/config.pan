@{ desc = The clock: ncm-chrony(8) }
unique template components/chrony/config;

include 'components/chrony/schema';

prefix '/software/components/chrony';

'active' ?= true;
'dispatch' ?= true;
